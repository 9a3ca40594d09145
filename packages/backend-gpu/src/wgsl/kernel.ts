/**
 * What a kernel template makes of a specification. A template is a pure function `(spec) => Plan`; it knows shapes and element
 * types, never buffers. The engine turns each kernel into a module: it writes the bindings, the struct of parameters, and for
 * operands that are only loaded or stored the functions that do it, so that a template need not know
 *
 * - strides, broadcasting and offsets of views,
 * - how an element lies in memory (bool is a u32 of 0 or 1; int64, int16, int8, uint8 are 32 bits; float16 and bfloat16 are two to
 *   a u32, loaded as f32 and rounded when they are stored),
 * - element-wise work that is fused into it: what produces a loaded operand, what is made of a stored one.
 *
 * A module is `prelude + bindings + functions + code`. `code` holds the entry point, named `main`, and may use:
 *
 * - `p.NAME`: a parameter (u32, i32 or f32);
 * - `NAME_load(i: u32) -> T`: element `i` of a `load` operand, counted row-major over its logical shape;
 * - `NAME_store(i: u32, value: T)`: the same of a `store` operand; every element exactly once, never loaded back;
 * - `NAME[i]`: of `array` (read), `vec4` (read, `array<vec4<T>>`), `update` (read and write) and `atomic` operands, which are
 *   contiguous from element 0 on and of 32 bits (the engine copies what is not, and converts 16-bit floats for `array` and `vec4`);
 * - from the prelude: `is_nan(x: f32) -> bool`, `is_inf(x)`, `inf() -> f32`, `nan() -> f32` (WGSL has no literals for
 *   them and compilers may assume that they do not occur; comparisons with NaN must be guarded by `is_nan`), and
 *   `flat_group(id: vec3<u32>, groups: vec3<u32>) -> u32`, the number of the workgroup among those of {@link spread}.
 *
 * Rules: at most 256 invocations and 16 KiB of workgroup memory; at most 8 storage buffers a kernel (keep to 6, so that
 * fusion has room); no subgroup size may be assumed; workgroup memory is written before it is read; f32 accumulation. Numbers
 * that vary from call to call (sizes, strides, learning rates) are parameters, so that modules are shared; only what decides
 * the form of the code (a reduction's kind, a tile size, whether an operand is transposed) goes into the source.
 */
export interface Kernel {
  /** What the profiler calls it. */
  readonly name: string;
  readonly operands: readonly Operand[];
  readonly params: readonly Param[];
  readonly code: string;
  readonly workgroups: readonly [number, number, number];
}

/** WGSL types of elements as kernels compute with them. */
export type Element = "f32" | "i32" | "u32";

export interface Operand {
  /** The identifier in the code; within a plan, the same name is the same tensor. */
  readonly name: string;
  readonly type: Element;
  readonly access: "load" | "store" | "array" | "vec4" | "update" | "atomic";
}

/** `[name, type, value]`. */
export type Param = readonly [name: string, type: Element, value: number];

/** Kernels that run one after the other, and the memory they share. Operands that are not scratch are the caller's, by name. */
export interface Plan {
  readonly kernels: readonly Kernel[];
  readonly scratch?: readonly Scratch[];
}

/** Memory of a plan's own: contiguous, uninitialised. */
export interface Scratch {
  readonly name: string;
  readonly type: Element;
  readonly length: number;
}

/** WebGPU allows that many workgroups in a dimension. */
const MOST_GROUPS = 65535;

/** `count` workgroups, in two dimensions where one does not suffice: the last row may be beyond `count`, so compare. */
export function spread(count: number): readonly [number, number, number] {
  if (count <= MOST_GROUPS) return [Math.max(1, count), 1, 1];
  const rows = Math.ceil(count / MOST_GROUPS);
  return [Math.ceil(count / rows), rows, 1];
}
