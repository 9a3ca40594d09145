import { call, callInplace } from "../dispatch/call.ts";
import { pythonTypeName } from "../dispatch/args.ts";
import { bool, Complex, int64, type Scalar, scalarTypeName, uint8 } from "../dtype/index.ts";
import { IndexError, ValueError } from "../errors.ts";
import { index as indexOp, indexPut } from "../ops/index/index.ts";
import { alias, select, slice } from "../ops/view/select.ts";
import { tensor } from "./literal.ts";
import { Tensor } from "./tensor.ts";

/**
 * One index of `x.at(...)`: a number, a slice such as `"1:5"` or `"::2"`, `"..."`, null for a new
 * dimension, a boolean, a tensor of integers or a mask, or a (nested) list of integers or booleans.
 */
export type Index = number | bigint | string | boolean | null | Tensor | readonly ListIndex[];
type ListIndex = number | bigint | boolean | Tensor | readonly ListIndex[];

/** Reading and writing parts of tensors. */
export interface TensorIndexing {
  /**
   * `x[...]` of PyTorch. Numbers, slices, `"..."` and null give views; tensors and lists copy.
   * @throws IndexError when an index is out of range or there are too many
   * @example
   * ```ts
   * import { arange } from "@tt/core";
   * const x = arange(12).reshape(3, 4);
   * x.at(1).tolist(); // [4, 5, 6, 7]
   * x.at("...", "::2").tolist(); // [[0, 2], [4, 6], [8, 10]]
   * x.at([0, 2], -1).tolist(); // [3, 11]
   * x.at(x.gt(8)).tolist(); // [9, 10, 11]
   * ```
   */
  at(...index: Index[]): Tensor;
  /**
   * `x[...] = value` of PyTorch: writes a number or a tensor, broadcast, to the indexed elements.
   * @param index - the indices as a list, or one index that is not a list
   * @example
   * ```ts
   * import { zeros } from "@tt/core";
   * const x = zeros(2, 3);
   * x.setitem([0, "1:"], 5);
   * x.tolist(); // [[0, 5, 5], [0, 0, 0]]
   * ```
   */
  setitem(index: readonly Index[] | Exclude<Index, readonly unknown[]>, value: Tensor | Scalar): this;
}

type Slice = readonly [start: number | null, end: number | null, step: number];

const SLICE = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/;
const slices = new Map<string, Slice>();

function parseSlice(text: string): Slice {
  const known = slices.get(text);
  if (known !== undefined) return known;
  const match = SLICE.exec(text);
  if (match === null) throw invalidIndex(text);
  const part = (i: number): number | null => (match[i] === undefined ? null : Number(match[i]));
  const step = part(3) ?? 1;
  if (step === 0) throw new ValueError("slice step cannot be zero");
  if (step < 0) throw new ValueError("step must be greater than zero");
  const parsed: Slice = [part(1), part(2), step];
  if (slices.size > 1000) slices.clear();
  slices.set(text, parsed);
  return parsed;
}

function invalidIndex(value: unknown): IndexError {
  return new IndexError(
    `only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices (got ${pythonTypeName(value)})`,
  );
}

/** A list index as a tensor of int64 or bool. */
function listTensor(list: readonly ListIndex[], like: Tensor): Tensor {
  const leaves = (list as unknown[]).flat(Number.POSITIVE_INFINITY);
  const masks =
    leaves.length > 0 && leaves.every((x) => typeof x === "boolean" || (x instanceof Tensor && x.dtype === bool));
  for (const leaf of leaves) if (typeof leaf === "number" && !Number.isInteger(leaf)) throw invalidIndex(leaf);
  return tensor(list, { dtype: masks ? bool : int64, device: like.device });
}

const isMask = (value: Tensor): boolean => value.dtype === bool || value.dtype === uint8;

/** How many dimensions of the tensor an index takes. */
function consumed(item: Index): number {
  if (item === null || item === "..." || typeof item === "boolean") return 0;
  return item instanceof Tensor && isMask(item) ? item.ndim : 1;
}

interface Selection {
  /** The view that numbers, slices, "..." and null lead to. */
  readonly view: Tensor;
  /** Index tensors by dimension of the view; null where there is none. */
  readonly tensors: (Tensor | null)[] | null;
}

function takeNumber(view: Tensor, dim: number, index: number): Tensor {
  const size = view.shape[dim]!;
  if (index < -size || index >= size) {
    throw new IndexError(`index ${index} is out of bounds for dimension ${dim} with size ${size}`);
  }
  return call(select, [view, dim, index]) as Tensor;
}

function scalarIndex(value: Tensor): boolean {
  return value.ndim === 0 && value.dtype.category === 1 && value.dtype !== uint8;
}

function resolve(self: Tensor, items: readonly Index[]): Selection {
  const list = items.map((item) =>
    Array.isArray(item) ? listTensor(item as readonly ListIndex[], self) : item,
  ) as Exclude<Index, readonly unknown[]>[];
  const specified = list.reduce<number>((n, item) => n + consumed(item), 0);
  if (self.ndim === 0 && list.some((item) => typeof item === "number" || typeof item === "bigint")) {
    throw new IndexError(
      "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number",
    );
  }
  if (specified > self.ndim) throw new IndexError(`too many indices for tensor of dimension ${self.ndim}`);
  let view = self;
  let dim = 0;
  let tensors: (Tensor | null)[] | null = null;
  // Dimensions that earlier masks cover beyond one each: the index op makes room for them itself.
  let covered = 0;
  const place = (value: Tensor): void => {
    tensors ??= [];
    while (tensors.length < dim - covered) tensors.push(null);
    tensors.push(value);
    const span = isMask(value) ? value.ndim : 1;
    dim += span;
    covered += span - 1;
  };
  let gap = self.ndim - specified;
  for (const item of list) {
    if (typeof item === "number" || typeof item === "bigint") {
      if (!Number.isInteger(Number(item))) throw invalidIndex(item);
      view = takeNumber(view, dim, Number(item));
    } else if (item === "...") {
      dim += gap;
      gap = 0;
    } else if (typeof item === "string") {
      const [start, end, step] = parseSlice(item);
      const whole = start === null && end === null && step === 1;
      if (!whole) view = call(slice, [view, dim, start, end, step]) as Tensor;
      dim++;
    } else if (item === null) view = view.unsqueeze(dim++);
    else if (typeof item === "boolean") {
      view = view.unsqueeze(dim);
      place(tensor(item ? [0] : [], { dtype: int64, device: self.device }));
    } else if (scalarIndex(item) && !item.requires_grad) view = takeNumber(view, dim, item.item());
    else if (item.ndim === 0 && isMask(item)) {
      view = view.unsqueeze(dim);
      place(tensor(item.item() ? [0] : [], { dtype: int64, device: self.device }));
    } else if (item instanceof Tensor) place(item);
    else throw invalidIndex(item);
  }
  return { view, tensors };
}

function at(this: Tensor, ...items: Index[]): Tensor {
  const first = items[0];
  if (items.length === 1 && typeof first === "number" && this.ndim > 0 && Number.isInteger(first)) {
    return takeNumber(this, 0, first);
  }
  const { view, tensors } = resolve(this, items);
  if (tensors !== null) return call(indexOp, [view, tensors]) as Tensor;
  return view === this ? (call(alias, [this]) as Tensor) : view;
}

function setitem(this: Tensor, index: unknown, value: Tensor | Scalar): Tensor {
  if (!(value instanceof Tensor) && typeof value === "object" && !(value instanceof Complex)) {
    throw new TypeError(`can't assign a ${pythonTypeName(value)} to a torch.${scalarTypeName(this.dtype)}Tensor`);
  }
  const { view, tensors } = resolve(this, (Array.isArray(index) ? index : [index]) as Index[]);
  if (tensors === null) {
    if (!(value instanceof Tensor)) view.fill_(value);
    else view.copy_(withoutLeadingOnes(value, view.ndim));
    return this;
  }
  const values = value instanceof Tensor ? value : tensor(value, { dtype: this.dtype, device: this.device });
  callInplace(indexPut, [view, tensors, withoutLeadingOnes(values, Number.POSITIVE_INFINITY), false]);
  return this;
}

/** As NumPy does, sizes of 1 in front of a value do not count. */
function withoutLeadingOnes(value: Tensor, rank: number): Tensor {
  let lead = 0;
  while (
    lead < value.ndim &&
    value.shape[lead] === 1 &&
    (rank === Number.POSITIVE_INFINITY || value.ndim - lead > rank)
  )
    lead++;
  return lead === 0 ? value : value.view(value.shape.slice(lead));
}

Object.defineProperty(Tensor.prototype, "at", { value: at, writable: true, configurable: true });
Object.defineProperty(Tensor.prototype, "setitem", { value: setitem, writable: true, configurable: true });
