import { type Scalar, writeElement } from "../../dtype/index.ts";
import { type Program, parseExpr } from "../../expr/index.ts";
import { map } from "../map/index.ts";
import { type ArrayView, isDense, numelOf } from "../view.ts";

const SAME: Program = parseExpr("a");

/** Sets every element of `out` to `value`, converted to its dtype. */
export function fill(out: ArrayView, value: Scalar): void {
  const n = numelOf(out.shape);
  if (n === 0) return;
  const { dtype, array, offset } = out;
  if (!isDense(out)) {
    map(SAME, dtype, out, [value], []);
    return;
  }
  writeElement(array, dtype, offset, value);
  const entries = array as Float64Array;
  const { lanes } = dtype;
  const start = offset * lanes;
  const end = start + n * lanes;
  const first = entries[start]!;
  if (lanes === 1 || Object.is(first, entries[start + 1])) {
    entries.fill(first, start, end);
    return;
  }
  const second = entries[start + 1]!;
  for (let i = start; i < end; i += 2) {
    entries[i] = first;
    entries[i + 1] = second;
  }
}
