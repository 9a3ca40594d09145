import { RuntimeError } from "@tt/core";
import { type Kernel, type Operand, type Param, spread } from "../wgsl/kernel.ts";
import type { GpujsModule, TranslatedKernel } from "./module.ts";

/** What a kernel is called with: the sizes of an array (x, y, z), or a number or truth value. */
export type Argument = readonly number[] | number | boolean;

/** What does not change from call to call. */
export interface Settings {
  readonly constants?: Readonly<Record<string, number | boolean>>;
  readonly functions?: readonly string[];
  readonly loopMaxIterations?: number;
}

/** A kernel in gpu.js's language, in WGSL. */
export interface Translation {
  /** Names of arrays in the code, with the arguments that they are. */
  readonly arrays: readonly { readonly name: string; readonly index: number }[];
  /** Numbers that a thread gives: 1, or 2 to 4 when the kernel returns an array of so many. */
  readonly components: number;
  /** The kernel for a call. */
  kernel(args: readonly Argument[], output: readonly number[]): Kernel;
}

const THREADS = 64;

/**
 * Has gpu.js translate a kernel for WebGPU, and makes a template of the translation: the arrays are read through the engine's
 * accessors, whatever their dtypes and strides.
 *
 * @throws RuntimeError in gpu.js's words when the source has something that its WebGPU mode cannot translate
 */
export function translate(
  gpujs: GpujsModule,
  source: string,
  settings: Settings,
  args: readonly Argument[],
  output: readonly number[],
): Translation {
  const translated = build(gpujs, source, settings, args, output);
  const { arrayArgs, scalarArgs } = translated.paramsLayout;
  const operands: Operand[] = arrayArgs.map(({ name }) => ({ name: `user_${name}`, type: "f32", access: "load" }));
  operands.push({ name: "result", type: "f32", access: "update" });
  const code = codeOf(translated);
  const params = (given: readonly Argument[], [x, y = 1, z = 1]: readonly number[]): Param[] => [
    ["outputX", "u32", x!],
    ["outputY", "u32", y],
    ["outputZ", "u32", z],
    ...arrayArgs.flatMap(({ name, index }): Param[] => {
      const [width, height = 1] = given[index] as readonly number[];
      return [
        [`user_${name}_x`, "i32", width!],
        [`user_${name}_y`, "i32", height],
      ];
    }),
    ...scalarArgs.map(({ name, index, type }): Param => {
      const element = type === "Boolean" ? "u32" : type === "Integer" ? "i32" : "f32";
      return [`user_${name}`, element, Number(given[index])];
    }),
  ];
  return {
    arrays: arrayArgs.map(({ name, index }) => ({ name: `user_${name}`, index })),
    components: translated.componentCount,
    kernel: (given, size) => ({
      name: "custom",
      operands,
      params: params(given, size),
      code,
      workgroups: spread(Math.ceil(size.reduce((n, each) => n * each, 1) / THREADS)),
    }),
  };
}

function build(
  { WebGPUKernel, input }: GpujsModule,
  source: string,
  { constants = {}, functions = [], loopMaxIterations = 1_000_000 }: Settings,
  args: readonly Argument[],
  output: readonly number[],
): TranslatedKernel {
  const kernel = new (withoutDevice(WebGPUKernel))(source, {
    output,
    constants,
    functions,
    loopMaxIterations,
    pipeline: true,
  });
  try {
    // Only the sizes matter.
    const array = (size: readonly number[]): unknown => input({ length: size.reduce((n, each) => n * each, 1) }, size);
    kernel.build(...args.map((arg) => (typeof arg === "object" ? array(arg) : arg)));
  } catch (cause) {
    throw new RuntimeError(`gpu.js: ${(cause as Error).message}`, { cause });
  }
  if (/\bpcg_random\(/.test(kernel.translatedBody + kernel.translatedFunctions)) {
    throw new RuntimeError(
      "gpu.js: Math.random() is not seeded by torch.manual_seed; pass a tensor of torch.rand(...)",
    );
  }
  return kernel;
}

type KernelClass = GpujsModule["WebGPUKernel"];

const classes = new WeakMap<KernelClass, KernelClass>();

/** gpu.js translates first and then goes to a device of its own, which is left out. */
function withoutDevice(base: KernelClass): KernelClass {
  let made = classes.get(base);
  if (made === undefined) {
    made = class extends base {
      _buildAsync(): Promise<void> {
        return Promise.resolve();
      }
    };
    classes.set(base, made);
  }
  return made;
}

function codeOf({ paramsLayout, translatedBody, translatedFunctions, compiledSource }: TranslatedKernel): string {
  const accessors = paramsLayout.arrayArgs.map(
    ({ name }) => `fn get_user_${name}(z: i32, y: i32, x: i32) -> f32 {
  return user_${name}_load(u32(x + p.user_${name}_x * (y + p.user_${name}_y * z)));
}`,
  );
  return `var<private> threadGid: vec3<u32>;
${accessors.join("\n")}
${helpersOf(compiledSource, translatedFunctions)}
${own(translatedFunctions)}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group_id: vec3<u32>, @builtin(num_workgroups) group_count: vec3<u32>) {
  let flat = flat_group(group_id, group_count) * ${THREADS}u + thread;
  if (flat >= p.outputX * p.outputY * p.outputZ) { return; }
  threadGid = vec3<u32>(flat % p.outputX, flat / p.outputX % p.outputY, flat / (p.outputX * p.outputY));
  let data_index = i32(flat);
${own(translatedBody)}
}`;
}

/** Functions and constants that gpu.js adds where the translation calls them. */
function helpersOf(source: string, functions: string): string {
  const parts = source.match(/^(?:fn (?!get_|main)\w+\([^]*?^}|const LOOP_MAX[^\n]*)/gm) ?? [];
  return parts.filter((text) => !functions.includes(text)).join("\n");
}

function own(code: string): string {
  return code.replace(/\bparams\./g, "p.");
}
