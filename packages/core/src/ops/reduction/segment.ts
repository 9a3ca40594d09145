import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import type { Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { stack } from "../join/cat.ts";

type Reduce = (rows: Tensor) => Tensor;

/** Reductions of one segment, and what an empty one gives. */
const KINDS: Readonly<Record<string, readonly [Reduce, number]>> = {
  sum: [(rows) => rows.sum(0), 0],
  mean: [(rows) => rows.mean(0), Number.NaN],
  max: [(rows) => rows.amax(0), Number.NEGATIVE_INFINITY],
  min: [(rows) => rows.amin(0), Number.POSITIVE_INFINITY],
  prod: [(rows) => rows.prod(0), 1],
};

defineOp({
  schema:
    "segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> Tensor",
  doc: 'Reduces consecutive segments of the first dimension, of the given `lengths`, each to one slice: "sum", "mean", "max", "min" or "prod".',
  variants: "function",
  out: false,
  decompose: (
    data: Tensor,
    reduce: string,
    lengths: Tensor | null,
    _indices: Tensor | null,
    offsets: Tensor | null,
    axis: number,
    unsafe: boolean,
    initial: Scalar | null,
  ) => {
    const kind = KINDS[reduce];
    if (kind === undefined) {
      throw new RuntimeError(`segment_reduce(): unsupported reduction ${reduce}; use sum, mean, max, min or prod`);
    }
    if (axis !== 0) throw new RuntimeError("segment_reduce(): only axis 0 is supported");
    if (lengths === null && offsets === null) throw new RuntimeError("segment_reduce(): lengths or offsets must be defined.");
    let sizes: number[];
    if (lengths !== null) sizes = (lengths.tolist() as number[]).map(Number);
    else {
      const bounds = (offsets!.tolist() as number[]).map(Number);
      sizes = bounds.slice(1).map((b, i) => b - bounds[i]!);
    }
    if (!unsafe && sizes.some((s) => s < 0)) throw new RuntimeError("lengths contains negative value!");
    if (!unsafe && lengths !== null && sizes.reduce((x, y) => x + y, 0) !== data.shape[0]) {
      throw new RuntimeError("segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe.");
    }
    const [reduceRows, identity] = kind;
    let start = 0;
    const rows = sizes.map((size) => {
      const part = data.narrow(0, start, size);
      start += size;
      if (size === 0) return data.new_full(data.shape.slice(1), initial ?? identity);
      return withInitial(reduce, reduceRows, part, initial);
    });
    return call(stack, [rows, 0]) as Tensor;
  },
});

/** A segment reduced together with the initial value, which takes no part in a mean's count. */
function withInitial(reduce: string, reduceRows: Reduce, part: Tensor, initial: Scalar | null): Tensor {
  const result = reduceRows(part);
  if (initial === null) return result;
  switch (reduce) {
    case "sum":
      return result.add(initial);
    case "prod":
      return result.mul(initial);
    case "mean":
      return result.add(Number(initial) / part.shape[0]!);
    case "max":
      return result.clamp(Number(initial));
    default:
      return result.clamp(null, Number(initial));
  }
}
