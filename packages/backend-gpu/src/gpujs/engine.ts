import { RuntimeError, type Tensor } from "@tt/core";
import {
  type GpujsInstance,
  type GpujsKernel,
  type GpujsMode,
  type GpujsModule,
  type GpujsResult,
  KERNEL_CLASSES,
} from "./module.ts";
import type { KernelSource } from "./source.ts";
import { fits, GpujsStorage, isTexture, type Values } from "./storage.ts";

const COPY: KernelSource = { source: "function(a) { return a[this.thread.x]; }", functions: [] };

/** Counts of what was done since the start. */
export interface GpujsCounts {
  /** Kernels that ran. */
  dispatches: number;
  /** Programs that were compiled. */
  pipelines: number;
  /** Arrays that were copied to the GPU. */
  uploads: number;
}

/** Compiles kernels with gpu.js, once each, and runs them. */
export class GpujsEngine {
  readonly mode: GpujsMode;
  readonly module: GpujsModule;
  readonly counts: GpujsCounts = { dispatches: 0, pipelines: 0, uploads: 0 };
  private readonly gpu: GpujsInstance;
  private readonly kernels = new Map<string, GpujsKernel>();

  constructor(module: GpujsModule, mode: GpujsMode) {
    this.module = module;
    this.mode = mode;
    this.gpu = new module.GPU({ mode });
  }

  /** Whether a tensor can be an operand: its elements are numbers that float32 holds. */
  takes(value: unknown): value is Tensor {
    const tensor = value as Tensor;
    return fits(tensor.dtype) && tensor.storage instanceof GpujsStorage && tensor.storage.nbytes > 0;
  }

  /** Whether a kernel can make the whole of a tensor's storage. */
  makes(out: Tensor): boolean {
    return (
      fits(out.dtype) &&
      out.storage instanceof GpujsStorage &&
      out.contiguous_ &&
      out.offset === 0 &&
      out.numel() > 0 &&
      out.numel() * out.dtype.itemsize === out.storage.nbytes
    );
  }

  /** Runs a kernel over all elements of `out`. */
  run(
    key: string,
    write: () => KernelSource,
    out: Tensor,
    params: readonly number[],
    operands: readonly Tensor[],
  ): void {
    const arrays = operands.map((operand) => this.values(operand).result);
    const given = this.module.input(Float32Array.from(params), [params.length]);
    const result = this.call(key, write, out.numel(), [given, ...arrays.map((array) => this.argument(array))]);
    (out.storage as GpujsStorage).take(result);
  }

  /** A kernel of somebody's own source. */
  compile(source: string, settings: object): GpujsKernel {
    this.counts.pipelines++;
    return this.gpu.createKernel(source, {
      pipeline: true,
      immutable: true,
      precision: "single",
      tactic: "precision",
      ...settings,
    });
  }

  /** Runs a compiled kernel. */
  dispatch(kernel: GpujsKernel, args: readonly unknown[]): GpujsResult {
    this.counts.dispatches++;
    const result = kernel(...args);
    const used: { readonly mode: string } = kernel.kernel.constructor;
    if (used !== this.module[KERNEL_CLASSES[this.mode]]) {
      throw new RuntimeError(
        `gpu: gpu.js computed on "${used.mode}" instead of "${this.mode}": ${kernel.kernel.fallbackReason ?? "the kernel is not supported"}`,
      );
    }
    return result;
  }

  destroy(): void {
    for (const kernel of this.kernels.values()) kernel.destroy();
    this.kernels.clear();
    void this.gpu.destroy();
  }

  private values(tensor: Tensor): Values {
    const storage = tensor.storage as GpujsStorage;
    const known = storage.onDevice;
    if (known !== null) return known;
    const elements = storage.peek();
    const numbers = elements instanceof Float32Array ? elements : Float32Array.from(elements as Uint8Array);
    if (this.mode === "webasm" || this.mode === "cpu") return { result: numbers, length: numbers.length };
    this.counts.uploads++;
    const values = this.call("copy", () => COPY, numbers.length, [this.module.input(numbers, [numbers.length])]);
    storage.keep(values);
    return values;
  }

  private argument(array: GpujsResult): unknown {
    return array instanceof Float32Array ? this.module.input(array, [array.length]) : array;
  }

  private call(key: string, write: () => KernelSource, length: number, args: readonly unknown[]): Values {
    let kernel = this.kernels.get(key);
    if (kernel === undefined) {
      const { source, functions } = write();
      kernel = this.compile(source, {
        output: [length],
        functions,
        dynamicOutput: true,
        dynamicArguments: true,
        loopMaxIterations: 1 << 24,
      });
      this.kernels.set(key, kernel);
    } else kernel.setOutput([length]);
    const result = this.dispatch(kernel, args);
    // Arrays are the kernel's own, and used again.
    return { result: isTexture(result) ? result : (result as Float32Array).slice(), length };
  }
}
