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
  doc: 'Reduces consecutive segments of dimension `axis`, of the given `lengths` (or between `offsets`), each to one slice: "sum", "mean", "max", "min" or "prod".',
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
    if (lengths === null && offsets === null)
      throw new RuntimeError("segment_reduce(): lengths or offsets must be defined.");
    const table = lengths ?? offsets!;
    if (table.ndim !== axis + 1) {
      throw new RuntimeError(
        `segment_reduce(): expected ${lengths === null ? "offsets" : "lengths"} to have ${axis + 1} dimensions for axis ${axis}, but got ${table.ndim}`,
      );
    }
    const [lead, size, rest] = [data.shape.slice(0, axis), data.shape[axis]!, data.shape.slice(axis + 1)];
    const batch = data.reshape([-1, size, ...rest]);
    const numbers = (table.reshape([batch.shape[0]!, -1]).tolist() as number[][]).map((row) => row.map(Number));
    const segments = lengths === null ? numbers[0]!.length - 1 : numbers[0]!.length;
    const rows = numbers.flatMap((row, b) => {
      const sizes = lengths === null ? row.slice(1).map((end, i) => end - row[i]!) : row;
      if (!unsafe) checkSizes(sizes, size, lengths !== null);
      let start = lengths === null ? row[0]! : 0;
      return sizes.map((length) => {
        const part = batch.select(0, b).narrow(0, start, length);
        start += length;
        if (length === 0) return data.new_full(rest, initial ?? kind[1]);
        return withInitial(reduce, kind[0], part, initial);
      });
    });
    return (call(stack, [rows, 0]) as Tensor).reshape([...lead, segments, ...rest]);
  },
});

function checkSizes(sizes: readonly number[], total: number, whole: boolean): void {
  if (sizes.some((s) => s < 0)) throw new RuntimeError("lengths contains negative value!");
  if (whole && sizes.reduce((x, y) => x + y, 0) !== total) {
    throw new RuntimeError(
      "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe.",
    );
  }
}

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
