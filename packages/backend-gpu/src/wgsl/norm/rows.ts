import { repeat } from "../source.ts";

/**
 * Kernels whose workgroups own whole rows: `rowsPerGroup` rows, `lanes` threads to each. Short rows share a workgroup.
 */
export interface RowShape {
  readonly rowsPerGroup: number;
  readonly lanes: number;
}

export function rowShape(length: number): RowShape {
  if (length <= 16) return { rowsPerGroup: 64, lanes: 4 };
  if (length <= 128) return { rowsPerGroup: 8, lanes: 32 };
  if (length <= 512) return { rowsPerGroup: 4, lanes: 64 };
  return { rowsPerGroup: 1, lanes: 256 };
}

/** The head of an entry point; in scope are `group`, `thread`, `row`, `lane` and, for threads beyond the last row, `live`. */
export function rowMain({ rowsPerGroup, lanes }: RowShape): string {
  return `@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group_id: vec3<u32>, @builtin(num_workgroups) group_count: vec3<u32>) {
  let group = flat_group(group_id, group_count);
  let row = group * ${rowsPerGroup}u + thread / ${lanes}u;
  let lane = thread % ${lanes}u;
  let live = row < p.rows;`;
}

/** Workgroup memory for {@link shared}; one array serves all merges of a kernel one after the other. */
export function shares(type: string): string {
  return `var<workgroup> shares: array<${type}, 256>;`;
}

/**
 * Merges the variable `name` of a row's threads, so that all of them have the whole. `merge` is an expression in `a` and `b`.
 */
export function shared({ lanes }: RowShape, name: string, type: string, merge: string): string {
  return `workgroupBarrier();
  shares[thread] = ${name};
  ${repeat(
    Math.log2(lanes),
    (i) => `workgroupBarrier();
  if (lane < ${lanes >> (i + 1)}u) { let a: ${type} = shares[thread]; let b: ${type} = shares[thread + ${lanes >> (i + 1)}u]; shares[thread] = ${merge}; }`,
    "\n  ",
  )}
  workgroupBarrier();
  ${name} = shares[thread - lane];`;
}

/** Adds up a variable over a row. */
export function total(shape: RowShape, name: string): string {
  return shared(shape, name, "f32", "a + b");
}
