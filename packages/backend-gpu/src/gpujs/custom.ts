import { type Device, float32, RuntimeError, Tensor } from "@tt/core";
import { allocate } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { type GpujsLoader, loadGpujs } from "./module.ts";
import { type Argument, translate, type Translation } from "./translate.ts";

/** Settings of a custom kernel. */
export interface KernelOptions {
  /** How many threads run, as gpu.js counts them: `[x]`, `[x, y]` or `[x, y, z]`. The result has the shape `[z, y, x]`. */
  readonly output: readonly number[];
  /** Numbers that the source has as `this.constants.NAME`. */
  readonly constants?: Readonly<Record<string, number | boolean>>;
  /** Sources of functions that the kernel may call. */
  readonly functions?: readonly (string | Source)[];
  /** Most rounds of a loop whose end is not a constant; 1,000,000 unless given. */
  readonly loopMaxIterations?: number;
}

/** A function in gpu.js's language; only its text counts. */
export type Source = (...args: never[]) => unknown;

/**
 * Runs a custom kernel. Tensors are arrays in its source, `a[z][y][x]`, of at most three dimensions and any dtype and strides, and are
 * read as float32; numbers and booleans are themselves. Gives a float32 tensor, which has no gradient: put the call into a
 * `torch.autograd.Function` for one.
 */
export type CustomKernel = (...args: (Tensor | number | boolean)[]) => Tensor;

/** The shape of the result. */
export function shapeOf(output: readonly number[], components: number): number[] {
  const shape = [...output].reverse();
  if (components > 1) shape.push(components);
  return shape;
}

/** @throws RangeError for sizes that are none */
export function checkOptions({ output }: KernelOptions): void {
  if (output.length < 1 || output.length > 3 || output.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new RangeError(`output must be one to three positive whole numbers, but is [${output.join(", ")}]`);
  }
}

/** The sizes of a tensor as gpu.js counts them: x, y, z. */
export function sizesOf(tensor: Tensor): number[] {
  if (tensor.ndim > 3) {
    throw new RuntimeError(`a kernel's tensors have at most 3 dimensions, but got one of ${tensor.ndim}`);
  }
  return tensor.ndim === 0 ? [1] : [...tensor.shape].reverse();
}

/** What a call gives the kernel. */
export function argumentsOf(args: readonly (Tensor | number | boolean)[], device: Device): Argument[] {
  return args.map((arg) => {
    if (!(arg instanceof Tensor)) return arg;
    if (arg.storage.device !== device) {
      throw new RuntimeError(
        `Expected all tensors to be on the same device, but found at least two devices, ${String(device)} and ${String(arg.device)}!`,
      );
    }
    return sizesOf(arg);
  });
}

export function textsOf(functions: KernelOptions["functions"] = []): string[] {
  return functions.map(String);
}

/** Makes custom kernels that run on the engine's own device and memory. */
export async function engineKernel(
  engine: Engine,
  device: Device,
  load: GpujsLoader | undefined,
  source: string | Source,
  options: KernelOptions,
): Promise<CustomKernel> {
  checkOptions(options);
  const gpujs = await loadGpujs(load);
  const { output } = options;
  const translations = new Map<string, Translation>();
  const settings = { ...options, functions: textsOf(options.functions) };
  return (...args) => {
    const given = argumentsOf(args, device);
    const translation = cached(translations, given, () => translate(gpujs, String(source), settings, given, output));
    const out = allocate(shapeOf(output, translation.components), float32, device);
    const tensors: Record<string, Tensor> = { result: out };
    for (const { name, index } of translation.arrays) tensors[name] = args[index] as Tensor;
    engine.run(translation.kernel(given, output), tensors);
    return out;
  };
}

/** The code depends on what the arguments are, and for arrays on how many dimensions they have. */
function cached<T>(known: Map<string, T>, args: readonly Argument[], make: () => T): T {
  let key = "";
  for (const arg of args) key += typeof arg === "object" ? `a${arg.length}` : typeof arg === "boolean" ? "b" : "n";
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = make()));
  return found;
}
