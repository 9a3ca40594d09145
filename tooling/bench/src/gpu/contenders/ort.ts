// @ts-nocheck: the package is installed when the benchmark runs.
// @boundaries-ignore installed when the benchmark runs
import * as ort from "onnxruntime-web/webgpu";
import { type Contender, numbers, sizeOf } from "../contender.ts";
import { type Input, model } from "../onnx_model.ts";
import { ELEMENTS } from "../workloads.ts";

/** It runs models, so there are no training steps; inputs and outputs stay on the GPU. */
async function open(): Promise<Contender> {
  ort.env.wasm.wasmPaths = "/ort/";
  const session = (bytes) =>
    ort.InferenceSession.create(bytes, { executionProviders: ["webgpu"], preferredOutputLocation: "gpu-buffer" });
  const running = async (op, inputs, values) => {
    const made = await session(model(op, inputs));
    const device = await ort.env.webgpu.device;
    const feeds = Object.fromEntries(
      inputs.map(({ name, shape, half }, k) => {
        const data = half ? Float16Array.from(values[k]) : values[k];
        const buffer = device.createBuffer({ size: data.byteLength, usage: 0x80 | 0x4 | 0x8 });
        device.queue.writeBuffer(buffer, 0, data);
        return [name, ort.Tensor.fromGpuBuffer(buffer, { dataType: half ? "float16" : "float32", dims: shape })];
      }),
    );
    let last = null;
    return {
      run: async () => {
        last?.dispose();
        last = (await made.run(feeds)).out;
      },
      finish: () => device.queue.onSubmittedWorkDone(),
    };
  };
  return {
    info: `onnxruntime-web ${ort.env.versions.web}`,
    setup(id) {
      if (id.startsWith("gpu.matmul")) {
        const n = sizeOf(id);
        const half = id.endsWith("f16");
        if (half && typeof Float16Array === "undefined") return null;
        const inputs: Input[] = ["a", "b"].map((name) => ({ name, shape: [n, n], half }));
        return running("MatMul", inputs, [numbers(n * n), numbers(n * n)]);
      }
      if (id === "gpu.ew.add") {
        const inputs: Input[] = ["a", "b"].map((name) => ({ name, shape: [ELEMENTS], half: false }));
        return running("Add", inputs, [numbers(ELEMENTS), numbers(ELEMENTS)]);
      }
      return null;
    },
  };
}

globalThis.contender = open();
