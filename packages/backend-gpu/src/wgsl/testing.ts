import type { TestContext } from "vitest";
import { PRELUDE } from "./prelude.ts";
import type { Element, Kernel, Operand, Plan } from "./kernel.ts";

type Values = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

const MAKE = {
  f32: (n: number | number[] | ArrayBuffer): Values => new Float32Array(n as number),
  i32: (n: number | number[] | ArrayBuffer): Values => new Int32Array(n as number),
  u32: (n: number | number[] | ArrayBuffer): Values => new Uint32Array(n as number),
};

let instance: GPU | null = null;
let found: Promise<GPUDevice | string> | null = null;

/** A device of the software adapter, or the reason why there is none. */
export function testDevice(): Promise<GPUDevice | string> {
  return (found ??= request());
}

async function request(): Promise<GPUDevice | string> {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  // Dawn does not keep it alive for its devices.
  instance = create(["enable-dawn-features=disable_workgroup_init"]);
  const adapter = await instance.requestAdapter();
  if (adapter === null) return "no WebGPU adapter: install chromium and libvulkan1, whose SwiftShader serves";
  return adapter.requestDevice();
}

/** The body of a test that needs a device: without one it is skipped with the reason, or fails where CI is set. */
export function onDevice(run: (device: GPUDevice) => Promise<void>): (context: TestContext) => Promise<void> {
  return async (context) => {
    const device = await testDevice();
    if (typeof device !== "string") return run(device);
    if (process.env["CI"]) throw new Error(device);
    return context.skip(device);
  };
}

/** `length` numbers that look random: multiples of 1/64 in [-2, 2), so that sums of products are nearly exact. */
export function sample(length: number, seed = 1): number[] {
  let state = seed * 2654435761;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 24) - 128) / 64;
  });
}

/**
 * Runs a plan on contiguous operands, 32 bits an element. `inputs` holds the elements of operands by name; `outputs` says which
 * to give back, with their lengths (those that are also inputs are updated in place).
 */
export async function runPlan(
  device: GPUDevice,
  plan: Plan | Kernel,
  inputs: Readonly<Record<string, readonly number[] | Values>>,
  outputs: Readonly<Record<string, number>>,
): Promise<Record<string, Values>> {
  const { kernels, scratch = [] }: Plan = "kernels" in plan ? plan : { kernels: [plan] };
  const types = new Map<string, Element>();
  for (const { operands } of kernels) for (const { name, type } of operands) types.set(name, type);
  const buffers = new Map<string, GPUBuffer>();
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const make = (name: string, length: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(16, Math.ceil(length / 4) * 16), usage });
    buffers.set(name, buffer);
    return buffer;
  };
  for (const [name, values] of Object.entries(inputs)) {
    const elements = Array.isArray(values) ? MAKE[types.get(name) ?? "f32"](values as number[]) : (values as Values);
    device.queue.writeBuffer(make(name, elements.length), 0, elements);
  }
  // Nothing may rely on fresh memory being zero.
  const dirty = (name: string, length: number): void => {
    device.queue.writeBuffer(make(name, length), 0, new Uint32Array(length).fill(0x7fc00abc));
  };
  for (const { name, length } of scratch) dirty(name, length);
  for (const [name, length] of Object.entries(outputs)) if (!(name in inputs)) dirty(name, length);

  device.pushErrorScope("validation");
  const encoder = device.createCommandEncoder();
  for (const kernel of kernels) encode(device, encoder, kernel, buffers);
  const reads = Object.entries(outputs).map(([name, length]) => {
    const size = Math.max(16, Math.ceil(length / 4) * 16);
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.copyBufferToBuffer(buffers.get(name)!, 0, staging, 0, size);
    return { name, length, staging };
  });
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error !== null) throw new Error(`${error.message}\n${numbered(kernels)}`);
  const results: Record<string, Values> = {};
  for (const { name, length, staging } of reads) {
    await staging.mapAsync(GPUMapMode.READ);
    results[name] = MAKE[types.get(name) ?? "f32"](staging.getMappedRange().slice(0, length * 4));
    staging.destroy();
  }
  for (const buffer of buffers.values()) buffer.destroy();
  return results;
}

const pipelines = new Map<string, GPUComputePipeline>();

function encode(
  device: GPUDevice,
  encoder: GPUCommandEncoder,
  kernel: Kernel,
  buffers: ReadonlyMap<string, GPUBuffer>,
): void {
  const code = moduleOf(kernel);
  let pipeline = pipelines.get(code);
  if (pipeline === undefined) {
    const module = device.createShaderModule({ code });
    pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
    pipelines.set(code, pipeline);
  }
  const entries: GPUBindGroupEntry[] = kernel.operands.map(({ name }, binding) => {
    const buffer = buffers.get(name);
    if (buffer === undefined) throw new Error(`operand ${name} of ${kernel.name} is neither given nor scratch`);
    return { binding, resource: { buffer } };
  });
  if (kernel.params.length > 0) {
    const bytes = new DataView(new ArrayBuffer(Math.ceil(kernel.params.length / 4) * 16));
    kernel.params.forEach(([, type, value], i) => {
      if (type === "f32") bytes.setFloat32(4 * i, value, true);
      else bytes.setUint32(4 * i, value, true);
    });
    const buffer = device.createBuffer({
      size: bytes.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(buffer, 0, bytes.buffer);
    entries.push({ binding: entries.length, resource: { buffer } });
  }
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(...kernel.workgroups);
  pass.end();
}

/** The module of a kernel whose operands are contiguous and of 32 bits. */
export function moduleOf({ operands, params, code }: Kernel): string {
  const used = operands.map((operand, i) => binding(operand, i)).join("\n");
  const fields = params.map(([name, type]) => `  ${name}: ${type},`).join("\n");
  const block =
    params.length === 0
      ? ""
      : `struct Params {\n${fields}\n}\n@group(0) @binding(${operands.length}) var<uniform> p: Params;\n`;
  return `${PRELUDE}\n${used}\n${block}\n${code}`;
}

function binding({ name, type, access }: Operand, i: number): string {
  const element = access === "vec4" ? `vec4<${type}>` : access === "atomic" ? `atomic<${type}>` : type;
  const mode = access === "load" || access === "array" || access === "vec4" ? "read" : "read_write";
  const array = access === "load" || access === "store" ? `${name}_buffer` : name;
  const declared = `@group(0) @binding(${i}) var<storage, ${mode}> ${array}: array<${element}>;`;
  if (access === "load") return `${declared}\nfn ${name}_load(i: u32) -> ${type} { return ${array}[i]; }`;
  if (access === "store") return `${declared}\nfn ${name}_store(i: u32, value: ${type}) { ${array}[i] = value; }`;
  return declared;
}

function numbered(kernels: readonly Kernel[]): string {
  return kernels
    .map((kernel) =>
      moduleOf(kernel)
        .split("\n")
        .map((line, i) => `${i + 1}: ${line}`)
        .join("\n"),
    )
    .join("\n----\n");
}
