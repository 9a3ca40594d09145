import type { Element, Operand, Param } from "./kernel.ts";

/** An operand that is read element by element, whatever its strides. */
export function load(name: string, type: Element = "f32"): Operand {
  return { name, type, access: "load" };
}

/** An operand whose elements are written once. */
export function store(name: string, type: Element = "f32"): Operand {
  return { name, type, access: "store" };
}

/** A contiguous operand to read. */
export function array(name: string, type: Element = "f32"): Operand {
  return { name, type, access: "array" };
}

/** A contiguous operand to read and write. */
export function update(name: string, type: Element = "f32"): Operand {
  return { name, type, access: "update" };
}

export function u32(name: string, value: number): Param {
  return [name, "u32", value];
}

export function i32(name: string, value: number): Param {
  return [name, "i32", value];
}

export function f32(name: string, value: number): Param {
  return [name, "f32", value];
}

/** The text of `count` pieces, one line each. */
export function repeat(count: number, piece: (i: number) => string, separator = "\n"): string {
  return Array.from({ length: count }, (_, i) => piece(i)).join(separator);
}

/** The head of an entry point whose workgroups are numbered by `group`, its threads by `thread`. */
export function main(threads: number): string {
  return `@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group_id: vec3<u32>, @builtin(num_workgroups) group_count: vec3<u32>) {
  let group = flat_group(group_id, group_count);`;
}

/** Threads of a workgroup of kernels with a thread for each element. */
export const THREADS = 256;

export function ceilDiv(a: number, b: number): number {
  return Math.ceil(a / b);
}
