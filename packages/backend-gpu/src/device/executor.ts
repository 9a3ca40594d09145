import type { Batch, DeviceInfo, DeviceRequest, ReadRequest } from "./protocol.ts";

/** Carries out batches in order. */
export interface Executor {
  readonly info: DeviceInfo;
  /** Starts a batch; with a request, gives the bytes once they are there. */
  submit(batch: Batch | null, request: ReadRequest | null): Promise<ArrayBuffer> | null;
  /** Resolves when everything submitted is done. */
  finish(): Promise<void>;
  destroy(): void;
}

/**
 * Opens a device and makes its executor. Self-contained: its text is also the program of workers, so that nothing
 * outside of it may be used, constants included.
 *
 * @param report - told of errors that belong to no call, as text
 * @throws Error when there is no adapter or device
 */
export async function openExecutor(
  gpu: GPU,
  request: DeviceRequest,
  report: (kind: "error" | "memory" | "lost", message: string) => void,
): Promise<Executor> {
  const PARAMS_BYTES = 1024;
  const PARAMS_LIMIT = 1 << 20;
  const adapter = await gpu.requestAdapter(
    request.powerPreference === null ? {} : { powerPreference: request.powerPreference },
  );
  if (adapter === null) throw new Error("no adapter");
  const wanted = ["shader-f16", "timestamp-query", "subgroups"].filter((name) => adapter.features.has(name));
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures: wanted as GPUFeatureName[],
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    },
  });
  const { queue } = device;
  const info: DeviceInfo = {
    vendor: adapter.info.vendor,
    architecture: adapter.info.architecture,
    description: adapter.info.description,
    features: wanted,
    limits: {
      maxBufferSize: device.limits.maxBufferSize,
      maxStorageBufferBindingSize: device.limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: device.limits.maxStorageBuffersPerShaderStage,
      maxComputeInvocationsPerWorkgroup: device.limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupStorageSize: device.limits.maxComputeWorkgroupStorageSize,
    },
  };
  let ended = false;
  void device.lost.then(({ message }) => {
    if (!ended) report("lost", message);
  });
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event;
    report(error.constructor.name === "GPUOutOfMemoryError" ? "memory" : "error", error.message);
  });

  const buffers: (GPUBuffer | undefined)[] = [];
  const pipelines: (GPUComputePipeline | null)[] = [];
  const groups: (GPUBindGroup | undefined)[] = [];
  const layouts = new Map<number, { group: GPUBindGroupLayout; pipeline: GPUPipelineLayout }>();
  const stages = new Map<number, GPUBuffer[]>();
  const params = device.createBuffer({ size: PARAMS_LIMIT + PARAMS_BYTES, usage: 0x40 | 0x8 });
  const paramsLayout = device.createBindGroupLayout({
    entries: [{ binding: 0, visibility: 4, buffer: { type: "uniform", hasDynamicOffset: true } }],
  });
  const paramsGroup = device.createBindGroup({
    layout: paramsLayout,
    entries: [{ binding: 0, resource: { buffer: params, size: PARAMS_BYTES } }],
  });
  const offsets = new Uint32Array(1);

  function layoutOf(count: number, written: number): { group: GPUBindGroupLayout; pipeline: GPUPipelineLayout } {
    const key = written * 16 + count;
    let layout = layouts.get(key);
    if (layout === undefined) {
      const entries: GPUBindGroupLayoutEntry[] = [];
      for (let i = 0; i < count; i++) {
        const type = (written >> i) & 1 ? "storage" : "read-only-storage";
        entries.push({ binding: i, visibility: 4, buffer: { type } });
      }
      const group = device.createBindGroupLayout({ entries });
      layout = { group, pipeline: device.createPipelineLayout({ bindGroupLayouts: [group, paramsLayout] }) };
      layouts.set(key, layout);
    }
    return layout;
  }

  /** Operands of a command besides its number. */
  const sizes = [2, 1, 4, 0, 1, 3, 5, 6];

  /** Starts the compilation of all new pipelines at once, so that it overlaps. */
  function compile(batch: Batch): Promise<unknown> {
    const { commands } = batch;
    const waits: Promise<unknown>[] = [];
    for (let at = 0; at < commands.length;) {
      const command = commands[at]!;
      if (command === 2) {
        const id = commands[at + 1]!;
        const { code, label } = batch.sources[commands[at + 2]!]!;
        const layout = layoutOf(commands[at + 3]!, commands[at + 4]!).pipeline;
        const module = device.createShaderModule({ code, label });
        const made = device.createComputePipelineAsync({ label, layout, compute: { module, entryPoint: "main" } }).then(
          (pipeline) => (pipelines[id] = pipeline),
          (error: Error) => {
            pipelines[id] = null;
            report("error", `${label}: ${error.message}\n${code}`);
          },
        );
        waits.push(made);
      }
      at += command === 3 ? 4 + commands[at + 2]! : 1 + sizes[command]!;
    }
    return Promise.all(waits);
  }

  function run(batch: Batch | null, request: ReadRequest | null): Promise<ArrayBuffer> | null {
    let encoder: GPUCommandEncoder | null = null;
    let pass: GPUComputePassEncoder | null = null;
    if (batch !== null) {
      const { commands } = batch;
      if (batch.params !== null) queue.writeBuffer(params, 0, batch.params);
      let current = -1;
      for (let at = 0; at < commands.length;) {
        const command = commands[at]!;
        const a = commands[at + 1]!;
        const b = commands[at + 2]!;
        switch (command) {
          case 0:
            buffers[a] = device.createBuffer({ size: b, usage: 0x80 | 0x8 | 0x4 });
            break;
          case 1:
            buffers[a]!.destroy();
            buffers[a] = undefined;
            break;
          case 3: {
            const entries: GPUBindGroupEntry[] = [];
            for (let i = 0; i < b; i++)
              entries.push({ binding: i, resource: { buffer: buffers[commands[at + 4 + i]!]! } });
            groups[a] = device.createBindGroup({ layout: layoutOf(b, commands[at + 3]!).group, entries });
            at += 3 + b;
            break;
          }
          case 4:
            groups[a] = undefined;
            break;
          case 5:
            queue.writeBuffer(buffers[a]!, b, batch.uploads[commands[at + 3]!]!);
            break;
          case 6:
            pass?.end();
            pass = null;
            encoder ??= device.createCommandEncoder();
            encoder.copyBufferToBuffer(
              buffers[a]!,
              b,
              buffers[commands[at + 3]!]!,
              commands[at + 4]!,
              commands[at + 5],
            );
            break;
          case 7: {
            const pipeline = pipelines[a];
            // What did not compile was reported.
            if (pipeline === null || pipeline === undefined) break;
            if (pass === null) {
              encoder ??= device.createCommandEncoder();
              pass = encoder.beginComputePass();
              current = -1;
            }
            if (a !== current) pass.setPipeline(pipeline);
            current = a;
            pass.setBindGroup(0, groups[b] ?? null);
            offsets[0] = commands[at + 3]!;
            pass.setBindGroup(1, paramsGroup, offsets, 0, 1);
            pass.dispatchWorkgroups(commands[at + 4]!, commands[at + 5], commands[at + 6]);
            break;
          }
        }
        at += command === 3 ? 1 : 1 + sizes[command]!;
      }
      pass?.end();
    }
    if (request === null) {
      if (encoder !== null) queue.submit([encoder.finish()]);
      return null;
    }
    const { buffer, offset, bytes } = request;
    const size = 2 ** Math.max(8, Math.ceil(Math.log2(bytes)));
    const stage = stages.get(size)?.pop() ?? device.createBuffer({ size, usage: 0x1 | 0x8 });
    encoder ??= device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffers[buffer]!, offset, stage, 0, bytes);
    queue.submit([encoder.finish()]);
    return stage.mapAsync(1, 0, bytes).then(() => {
      const result = stage.getMappedRange(0, bytes).slice(0);
      stage.unmap();
      // Large ones are not worth keeping.
      if (size > 1 << 24) stage.destroy();
      else {
        const free = stages.get(size);
        if (free === undefined) stages.set(size, [stage]);
        else free.push(stage);
      }
      return result;
    });
  }

  /** The end of the batches that wait; null while none does. */
  let tail: Promise<unknown> | null = null;

  return {
    info,
    submit(batch, request) {
      const compiles = batch !== null && batch.sources.length > 0;
      if (tail === null && !compiles) return run(batch, request);
      const before: Promise<unknown> = tail ?? Promise.resolve();
      const compiled = compiles ? compile(batch) : null;
      let result: Promise<ArrayBuffer> | null = null;
      const mine = before
        .then(() => compiled)
        .then(() => {
          result = run(batch, request);
        });
      tail = mine;
      const settled = (): void => {
        if (tail === mine) tail = null;
      };
      mine.then(settled, (error: Error) => {
        settled();
        report("error", error.message);
      });
      return request === null ? null : mine.then(() => result!);
    },
    async finish() {
      for (let last = tail; last !== null; last = tail) await last.catch(() => undefined);
      await queue.onSubmittedWorkDone();
    },
    destroy() {
      ended = true;
      device.destroy();
    },
  };
}
