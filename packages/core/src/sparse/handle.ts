import type { Bound, Op } from "../dispatch/op.ts";
import { resultType } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import { sameShape } from "../layout.ts";
import { callOp } from "../ops/pointwise/formulas.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  addInto,
  coalesced,
  densified,
  masked,
  placesOf,
  rowNumbers,
  SparseTensor,
  unowned,
  unsupported,
} from "./coo.ts";
import { CompressedTensor } from "./compressed.ts";
import { handleCompressed } from "./handle_compressed.ts";
import { installed, UnstridedTensor } from "./unstrided.ts";

type Handler = (args: readonly Bound[], op: Op) => unknown;

/** A tensor of the same coordinates with other values. */
const withEntries = ({ coordinates, shape, sorted }: SparseTensor, entries: Tensor): SparseTensor =>
  new SparseTensor(coordinates, entries, shape, sorted);

/** Applies an op that takes zero to zero; `linear` ones need no sums first. */
function onEntries(linear: boolean): Handler {
  return ([input, ...rest], { schema }) => {
    const sparse = linear ? (input as SparseTensor) : coalesced(input as SparseTensor);
    return withEntries(sparse, callOp(schema.fullName, sparse.entries, ...rest));
  };
}

function sum(a: Tensor, b: Tensor, alpha: unknown, name: string): Tensor {
  if (!(b instanceof SparseTensor) || (a instanceof SparseTensor && !sameShape(a.shape, b.shape))) {
    if (b instanceof SparseTensor) {
      const [want, got] = [a, b].map(({ shape }) => `[${shape.join(", ")}]`);
      throw new RuntimeError(`add: expected sizes of 'self' and 'other' to match, but ${want} != ${got}`);
    }
    throw new RuntimeError(`${name}(sparse, dense) is not supported. Use ${name}(dense, sparse) instead.`);
  }
  const dtype = resultType([a, b]);
  if (!(a instanceof SparseTensor)) {
    const out = a.detach().to(dtype).clone();
    addInto(out, b, alpha);
    return out;
  }
  const scaled = alpha === 1 ? b.entries : callOp("mul", b.entries, alpha);
  const entries = callOp("cat", [a.entries.to(dtype), scaled.to(dtype)], 0);
  const coordinates = unowned(() => callOp("cat", [a.coordinates, b.coordinates], 1));
  return new SparseTensor(coordinates, entries, a.shape, false);
}

function product(a: Bound, b: Bound): Tensor {
  if (!(a instanceof SparseTensor)) return product(b, a);
  if (!(b instanceof Tensor) || (b.ndim === 0 && !(b instanceof SparseTensor)))
    return withEntries(a, callOp("mul", a.entries, b));
  if (!sameShape(a.shape, b.shape)) throw new RuntimeError("mul operands have incompatible sizes");
  if (!(b instanceof SparseTensor)) return withEntries(a, a.entries.mul(masked(b, a).entries));
  const [left, right] = [coalesced(a), coalesced(b)];
  const other = new Map(Array.from(placesOf(right), (place, i) => [place, i]));
  const both = Array.from(placesOf(left), (place, i) => [i, other.get(place)] as const).filter(
    ([, j]) => j !== undefined,
  );
  const [rows, columns] = [0, 1].map((side) =>
    rowNumbers(
      both.map((pair) => pair[side]!),
      a,
    ),
  ) as [Tensor, Tensor];
  const coordinates = unowned(() => left.coordinates.index_select(1, rows));
  const entries = left.entries.index_select(0, rows).mul(right.entries.index_select(0, columns));
  return new SparseTensor(coordinates, entries, a.shape, true);
}

/** `a @ b` with a sparse matrix on either side (dense matrices are turned for the right one). */
function matmul(a: Tensor, b: Tensor): Tensor {
  if (!(a instanceof SparseTensor)) return matmul(turned(b as SparseTensor, 0, 1), a.t()).t();
  const dense = b instanceof SparseTensor ? densified(b) : b;
  const [rows, columns] = [0, 1].map((d) => a.coordinates.select(0, d)) as [Tensor, Tensor];
  const wide = dense.ndim === 1 ? dense.unsqueeze(1) : dense;
  if (a.shape[1] !== wide.shape[0]) {
    const [left, right] = [a.shape, wide.shape].map((shape) => shape.join("x"));
    throw new RuntimeError(`mat1 and mat2 shapes cannot be multiplied (${left} and ${right})`);
  }
  const out = wide.new_zeros([a.shape[0]!, wide.shape[1]!]);
  out.index_add_(0, rows, wide.index_select(0, columns).mul(a.entries.unsqueeze(1)));
  return dense.ndim === 1 ? out.squeeze(1) : out;
}

function turned(input: SparseTensor, first: number, second: number): SparseTensor {
  const { coordinates, entries, shape } = input;
  const order = shape.map((_, d) => d);
  const [a, b] = [first, second].map((d) => (d < 0 ? d + shape.length : d)) as [number, number];
  if (Math.max(a, b) >= coordinates.shape[0]!) throw unsupported("transpose of dense dimensions", "SparseCPU");
  [order[a], order[b]] = [b, a];
  const rows = unowned(() =>
    coordinates.index_select(0, rowNumbers(order.slice(0, coordinates.shape[0]), coordinates)),
  );
  return new SparseTensor(
    rows,
    entries,
    order.map((d) => shape[d]!),
    a === b && input.sorted,
  );
}

const zero = (input: SparseTensor): SparseTensor => {
  const coordinates = unowned(() => input.coordinates.narrow(1, 0, 0).clone());
  return new SparseTensor(
    coordinates,
    input.entries.new_zeros([0, ...input.entries.shape.slice(1)]),
    input.shape,
    true,
  );
};

/** Ops of one tensor that take zero to zero, so that only entries change. */
const UNARY =
  "abs asin asinh atan atanh ceil deg2rad erf erfinv expm1 floor frac isnan log1p rad2deg relu round sgn sign signbit sin sinh sqrt tan tanh trunc square";

const HANDLERS: Readonly<Record<string, Handler>> = {
  add: ([a, b, alpha = 1]) => sum(a, b, alpha, "add"),
  sub: ([a, b, alpha = 1]) => sum(a, b, -(alpha as number), "sub"),
  mul: ([a, b]) => product(a, b),
  div: ([a, b, ...rest]) => {
    if (!(a instanceof SparseTensor) || (b instanceof Tensor && b.ndim > 0))
      throw new RuntimeError(
        `Sparse division requires a scalar or zero-dim dense tensor divisor (got shape [${(b as Tensor).shape.join(", ")}] for divisor)`,
      );
    return withEntries(a, callOp("div", a.entries, b, ...rest));
  },
  pow: onEntries(false),
  neg: onEntries(true),
  ...Object.fromEntries(UNARY.split(" ").map((name) => [name, onEntries(false)])),
  clone: ([input]) => {
    const { coordinates, entries, shape, sorted } = input as SparseTensor;
    return new SparseTensor(
      unowned(() => coordinates.clone()),
      entries.clone(),
      shape,
      sorted,
    );
  },
  _to_copy: ([input, dtype, device]) => {
    const { coordinates, entries, shape, sorted } = input as SparseTensor;
    return new SparseTensor(
      unowned(() => coordinates.to(device)),
      callOp("_to_copy", entries, dtype, device, null),
      shape,
      sorted,
    );
  },
  copy_: ([input, source]) => {
    if (input instanceof SparseTensor && source instanceof SparseTensor)
      return HANDLERS["_to_copy"]!([source, input.dtype, input.device], undefined as never);
    const [self, src] = [input, source].map((tensor) => (tensor as Tensor).type());
    throw new RuntimeError(
      `copy_() between dense and sparse Tensors is not implemented! Found self type = ${self} and src type = ${src}`,
    );
  },
  zero_: ([input]) => zero(input as SparseTensor),
  zeros_like: ([input]) => zero(input as SparseTensor),
  sum: ([input]) => (input as SparseTensor).entries.sum(),
  norm: ([input, p = 2]) => coalesced(input as SparseTensor).entries.norm(p as number),
  mm: ([a, b]) => matmul(a, b),
  mv: ([a, b]) => matmul(a, b),
  matmul: ([a, b]) => matmul(a, b),
  addmm: ([input, a, b, beta = 1, alpha = 1]) =>
    callOp("add", matmul(a, b).mul(alpha as number), (input as Tensor).mul(beta as number), 1),
  t: ([input]) => turned(input as SparseTensor, 0, 1),
  transpose: ([input, first, second]) => turned(input as SparseTensor, first as number, second as number),
  cat: ([list, dim]) => {
    const parts = list as SparseTensor[];
    let start = 0;
    const moved = parts.map(({ coordinates, shape }) => {
      const rows = coordinates.clone();
      rows.select(0, dim as number).add_(start);
      start += shape[dim as number]!;
      return rows;
    });
    const shape = parts[0]!.shape.map((size, d) => (d === dim ? start : size));
    return new SparseTensor(
      unowned(() => callOp("cat", moved, 1)),
      callOp(
        "cat",
        parts.map(({ entries }) => entries),
        0,
      ),
      shape,
      false,
    );
  },
};

type Class = abstract new (...args: never[]) => Tensor;

/** Whether an argument is, or holds, a tensor of the class. */
function any(kind: Class, op: Op, args: readonly Bound[]): boolean {
  return (
    op.tensorArgs.some((i) => args[i] instanceof kind) ||
    op.listArgs.some((i) => (args[i] as readonly unknown[] | null)?.some((item) => item instanceof kind))
  );
}

function compressed(op: Op, args: readonly Bound[], target: Tensor | null): unknown {
  if (op.composite !== null && target === null && !Object.hasOwn(HANDLERS, op.name)) return undefined;
  const result = handleCompressed(op, args);
  const into = target ?? (op.mutates ? (args[0] as Tensor) : null);
  if (into === null) return result;
  if (!(into instanceof CompressedTensor && result instanceof CompressedTensor)) {
    if (into instanceof UnstridedTensor) throw unsupported(`${op.schema.fullName}_`, "SparseCsrCPU");
    return into.copy_(result as Tensor);
  }
  if (result.plain !== into.plain || result.dtype !== into.dtype) return into.become(result);
  into.entries.copy_(result.entries);
  return into;
}

/** Entries that keep their places are written in memory, which detached tensors share. */
function overwrite(target: SparseTensor, result: SparseTensor): SparseTensor {
  const { coordinates, entries } = result;
  if (coordinates !== target.coordinates || entries.dtype !== target.dtype) return target.become(result);
  target.entries.copy_(entries);
  return target;
}

/**
 * Computes ops that have sparse arguments; into `target` when given.
 * @returns undefined when there are none, or when the op is a composite of ops that know them
 * @throws NotImplementedError for ops that take dense tensors only
 */
export function handleSparse(op: Op, args: readonly Bound[], target: Tensor | null): unknown {
  if (!any(UnstridedTensor, op, args)) return undefined;
  if (any(CompressedTensor, op, args)) return compressed(op, args, target);
  const handler = Object.hasOwn(HANDLERS, op.name) ? HANDLERS[op.name] : undefined;
  if (handler === undefined) {
    if (op.composite !== null && target === null) return undefined;
    throw unsupported(op.schema.fullName, "SparseCPU");
  }
  const dense = target !== null && !(target instanceof SparseTensor);
  if (dense && (op.name === "add" || op.name === "sub") && args[0] === target) {
    const [, b, alpha = 1] = args;
    if (!sameShape(target.shape, (b as Tensor).shape))
      throw new RuntimeError("add: expected sizes of 'self' and 'other' to match");
    addInto(target, b as SparseTensor, op.name === "add" ? alpha : -(alpha as number));
    return target;
  }
  const result = handler(args, op);
  const into = target ?? (op.mutates ? (args[0] as Tensor) : null);
  if (into === null) return result;
  if (into instanceof SparseTensor) return overwrite(into, result as SparseTensor);
  throw unsupported(`${op.schema.fullName}_`, "SparseCPU");
}

installed.handle = handleSparse;
