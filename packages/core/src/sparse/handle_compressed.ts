import type { Bound, Op } from "../dispatch/op.ts";
import { RuntimeError } from "../errors.ts";
import { callOp } from "../ops/pointwise/formulas.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  blockOf,
  compress,
  type Compression,
  CompressedTensor,
  isBlocked,
  samePlaces,
  toCoordinates,
} from "./compressed.ts";
import { sparseDims, SparseTensor, unowned, unsupported } from "./coo.ts";

type Handler = (args: readonly Bound[], op: Op) => unknown;

/** Ops that take zero to zero, of the first argument's entries. */
const onEntries: Handler = ([input, ...rest], { schema }) =>
  (input as CompressedTensor).withEntries(callOp(schema.fullName, (input as CompressedTensor).entries, ...rest));

const TURNED: Readonly<Record<Compression, Compression>> = { csr: "csc", csc: "csr", bsr: "bsc", bsc: "bsr" };

/** Rows of a matrix are columns of its transpose, so that the lists stay. */
function turned(input: CompressedTensor): CompressedTensor {
  const { kind, compressed, plain, entries, shape } = input;
  const rank = plain.ndim;
  const blocks = isBlocked(kind) ? entries.transpose(rank, rank + 1).contiguous() : entries;
  const sizes = shape.with(rank - 1, shape[rank]!).with(rank, shape[rank - 1]!);
  return new CompressedTensor(TURNED[kind], compressed, plain, blocks, sizes);
}

const transpose: Handler = (args, op) => {
  const [input, first = 0, second = 1] = args as readonly [CompressedTensor, number | undefined, number | undefined];
  const rank = input.plain.ndim;
  const [a, b] = [first, second].map((d) => (d < 0 ? d + input.ndim : d)).sort((x, y) => x - y);
  if (a === b) return input.withEntries(input.entries);
  if (a === rank - 1 && b === rank) return turned(input);
  throw unsupported(op.schema.fullName, "SparseCsrCPU");
};

/** Ops of two tensors that have entries at the same places. */
const together: Handler = (args, op) => {
  const [a, b, ...rest] = args;
  if (a instanceof CompressedTensor && b instanceof CompressedTensor && samePlaces(a, b))
    return a.withEntries(callOp(op.schema.fullName, a.entries, b.entries, ...rest));
  return null;
};

const product: Handler = (args, op) => {
  const [a, b] = args;
  const scalar = (x: Bound): boolean => !(x instanceof Tensor) || (x.ndim === 0 && !(x instanceof CompressedTensor));
  if (a instanceof CompressedTensor && scalar(b)) return a.withEntries(callOp(op.schema.fullName, a.entries, b));
  if (b instanceof CompressedTensor && scalar(a)) return b.withEntries(callOp(op.schema.fullName, a, b.entries));
  return together(args, op);
};

const UNARY =
  "abs asin asinh atan atanh ceil conj_physical deg2rad erf erfinv expm1 floor frac isnan log1p neg rad2deg relu round sgn sign signbit sin sinh sqrt square tan tanh trunc zeros_like";

/** What is computed without leaving the form; null where the arguments do not allow it. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  ...Object.fromEntries(UNARY.split(" ").map((name) => [name, onEntries])),
  pow: ([input, exponent], op) => (exponent instanceof Tensor ? null : onEntries([input, exponent], op)),
  mul: product,
  div: product,
  add: together,
  sub: together,
  t: transpose,
  transpose,
  clone: ([input]) => {
    const { kind, compressed, plain, entries, shape } = input as CompressedTensor;
    const [a, b] = unowned<[Tensor, Tensor]>(() => [compressed.clone(), plain.clone()]);
    return new CompressedTensor(kind, a, b, entries.clone(), shape);
  },
  _to_copy: ([input, dtype, device]) => {
    const { kind, compressed, plain, entries, shape } = input as CompressedTensor;
    const [a, b] = unowned<[Tensor, Tensor]>(() => [compressed.to(device), plain.to(device)]);
    return new CompressedTensor(kind, a, b, callOp("_to_copy", entries, dtype, device, null), shape);
  },
  copy_: ([input, source]) => {
    if (input instanceof CompressedTensor && source instanceof CompressedTensor && samePlaces(input, source))
      return input.withEntries(source.entries.to(input.dtype));
    throw new RuntimeError("copy_() of a compressed tensor: only copies of the same sparsity pattern are supported");
  },
  zero_: ([input]) =>
    (input as CompressedTensor).withEntries(callOp("zeros_like", (input as CompressedTensor).entries)),
  sum: ([input, dim = null, ...rest]) =>
    dim === null ? callOp("sum", (input as CompressedTensor).entries, null, ...rest) : null,
  norm: ([input, p = 2, dim = null]) => (dim === null ? (input as CompressedTensor).entries.norm(p as number) : null),
};

const isCompressed = (value: unknown): value is CompressedTensor => value instanceof CompressedTensor;

/**
 * Computes an op that has compressed arguments: on their entries where these suffice, else in coordinate form, to
 * return to the first argument's form if the result has it.
 */
export function handleCompressed(op: Op, args: readonly Bound[]): unknown {
  const handler = Object.hasOwn(HANDLERS, op.name) ? HANDLERS[op.name] : undefined;
  const direct = isCompressed(args[0]) || op.name === "mul" ? (handler?.(args, op) ?? null) : null;
  if (direct !== null) return direct;
  const form = args.flat().find(isCompressed)!;
  const converted = args.map((arg) =>
    isCompressed(arg)
      ? toCoordinates(arg)
      : Array.isArray(arg)
        ? arg.map((x) => (isCompressed(x) ? toCoordinates(x) : x))
        : arg,
  );
  const result = callOp(op.schema.fullName, ...converted);
  if (!(result instanceof SparseTensor) || sparseDims(result) !== form.plain.ndim + 1) return result;
  return compress(result.coalesce(), form.kind, blockOf(form));
}
