import { indexValues } from "../cpu/indices.ts";
import { transfer } from "../dispatch/execute.ts";
import { CPU } from "../device.ts";
import { bool, type DType, int64, uint8 } from "../dtype/index.ts";
import { NotImplementedError } from "../errors.ts";
import { numelOf } from "../layout.ts";
import { callOp } from "../ops/pointwise/formulas.ts";
import { formatSparse } from "../printing/index.ts";
import { memory } from "../storage.ts";
import { fromArray } from "../tensor/literal.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { printable, UnstridedTensor } from "./unstrided.ts";

/**
 * A tensor in coordinate form: `values` [nnz, ...dense dimensions] at the columns of `indices` [sparse dimensions, nnz],
 * zero elsewhere. Entries at the same place add up, until {@link coalesced} has added them.
 *
 * It lies on the memory of its values. Kernels never see it: `handleSparse` stands before them.
 */
export class SparseTensor extends UnstridedTensor {
  /** @internal int64 [sparse dimensions, nnz] */
  coordinates: Tensor;
  /** @internal [nnz, ...dense dimensions] */
  entries: Tensor;
  /** @internal whether entries are sorted and each has a place of its own */
  sorted: boolean;

  /** @internal */
  constructor(coordinates: Tensor, entries: Tensor, shape: readonly number[], sorted: boolean) {
    super(entries, shape);
    this.coordinates = coordinates;
    this.entries = entries;
    this.sorted = sorted;
  }

  /** Takes over another tensor's entries. */
  become({ coordinates, entries, shape, sorted }: SparseTensor): this {
    this.setLayout(entries.storage, entries.dtype, shape, this.strides, 0);
    this.coordinates = coordinates;
    this.entries = entries;
    this.sorted = sorted;
    return this;
  }

  override detach(): Tensor {
    const out = new SparseTensor(this.coordinates, this.entries.detach(), this.shape, this.sorted);
    out.versionCell = this.versionCell;
    return out;
  }

  override get data(): Tensor {
    return new SparseTensor(this.coordinates, this.entries.detach(), this.shape, this.sorted);
  }

  override set data(value: Tensor) {
    this.become(value as SparseTensor);
  }

  override get is_sparse(): boolean {
    return true;
  }

  override get layout(): string {
    return "torch.sparse_coo";
  }

  override is_coalesced(): boolean {
    return this.sorted;
  }

  override to_dense(dtype?: DType | null): Tensor {
    const dense = callOp("_sparse_to_dense", this);
    return dtype === undefined || dtype === null ? dense : dense.to(dtype);
  }

  override numpy(): never {
    throw new TypeError("can't convert Sparse layout tensor to numpy. Use Tensor.dense() first.");
  }

  override toString(): string {
    return formatSparse({
      indices: printable(this.coordinates),
      values: printable(this.entries),
      shape: this.shape,
      device: this.device.toString(),
      requires_grad: this.requires_grad,
      gradFnName: this.grad_fn?.name() ?? null,
    });
  }
}

/** Runs `make` unnoticed by those who free memory by hand: they see of a sparse tensor its values only. */
export function unowned<R>(make: () => R): R {
  const { born } = memory;
  memory.born = null;
  try {
    return make();
  } finally {
    memory.born = born;
  }
}

/** Number of dimensions that `indices` has coordinates for. */
export function sparseDims({ coordinates }: SparseTensor): number {
  return coordinates.shape[0]!;
}

/** The place of every entry among the sparse dimensions, in row-major order. */
export function placesOf({ coordinates, shape }: SparseTensor): Float64Array {
  const [dims, count] = coordinates.shape as readonly [number, number];
  const all = indexValues(transfer(coordinates, CPU));
  const places = new Float64Array(count);
  for (let d = 0; d < dims; d++) {
    const size = shape[d]!;
    for (let i = 0; i < count; i++) places[i] = places[i]! * size + all[d * count + i]!;
  }
  return places;
}

/** Coordinates of places, as {@link SparseTensor.coordinates} has them. */
export function coordinatesOf(places: ArrayLike<number>, sizes: readonly number[], like: Tensor): Tensor {
  const count = places.length;
  const array = new BigInt64Array(sizes.length * count);
  for (let i = 0; i < count; i++) {
    let rest = places[i]!;
    for (let d = sizes.length - 1; d >= 0; d--) {
      array[d * count + i] = BigInt(rest % sizes[d]!);
      rest = Math.floor(rest / sizes[d]!);
    }
  }
  return unowned(() => transfer(fromArray(array, int64, [sizes.length, count]), like.storage.device));
}

/** A host list of row numbers as a tensor on the device of `like`. */
export function rowNumbers(rows: ArrayLike<number>, like: Tensor): Tensor {
  return transfer(fromArray(BigInt64Array.from(rows, BigInt), int64, [rows.length]), like.storage.device);
}

/** The same tensor with its entries sorted, those at the same place added. */
export function coalesced(tensor: SparseTensor): SparseTensor {
  if (tensor.sorted) return tensor;
  const places = placesOf(tensor);
  const order = Array.from(places.keys()).sort((a, b) => places[a]! - places[b]! || a - b);
  const distinct: number[] = [];
  const targets = order.map((entry) => {
    if (distinct.length === 0 || distinct.at(-1) !== places[entry]) distinct.push(places[entry]!);
    return distinct.length - 1;
  });
  const { entries, shape } = tensor;
  const picked = entries.index_select(0, rowNumbers(order, entries));
  const values = distinct.length === order.length ? picked : addedRows(picked, targets, distinct.length);
  const sizes = shape.slice(0, sparseDims(tensor));
  return new SparseTensor(coordinatesOf(distinct, sizes, tensor.coordinates), values, shape, true);
}

/** Rows of `rows` added into `count` rows. */
function addedRows(rows: Tensor, targets: readonly number[], count: number): Tensor {
  // Of truth values the sum is whether any is true.
  const summed = rows.dtype === bool ? rows.to(uint8) : rows;
  const out = summed.new_zeros([count, ...rows.shape.slice(1)]);
  out.index_add_(0, rowNumbers(targets, rows), summed);
  return rows.dtype === bool ? out.ne(0) : out;
}

/** All elements. */
export function densified(tensor: SparseTensor): Tensor {
  const { entries, shape } = coalesced(tensor);
  const dims = sparseDims(tensor);
  const flat = entries.new_zeros([numelOf(shape.slice(0, dims)), ...shape.slice(dims)]);
  const places = placesOf(coalesced(tensor));
  if (places.length > 0) flat.index_copy_(0, rowNumbers(places, entries), entries);
  return flat.reshape(shape);
}

/** The elements of a dense tensor at the coordinates of `mask`. */
export function masked(dense: Tensor, mask: SparseTensor): SparseTensor {
  const dims = sparseDims(mask);
  const flat = dense.reshape([numelOf(dense.shape.slice(0, dims)), ...dense.shape.slice(dims)]);
  const values = flat.index_select(0, rowNumbers(placesOf(mask), dense));
  return new SparseTensor(mask.coordinates, values, mask.shape, mask.sorted);
}

/** Coordinate form of a dense tensor: `dims` leading dimensions sparse, entries that are all zero left out. */
export function sparsified(dense: Tensor, dims: number): SparseTensor {
  const sizes = dense.shape.slice(0, dims);
  const flat = dense.reshape([numelOf(sizes), numelOf(dense.shape.slice(dims))]);
  const used = dense.dtype === bool ? flat : flat.ne(0);
  const places = indexValues(transfer(used.any(1).nonzero().reshape([-1]), CPU));
  const values = flat.index_select(0, rowNumbers(places, dense)).reshape([places.length, ...dense.shape.slice(dims)]);
  return new SparseTensor(coordinatesOf(places, sizes, dense), values, dense.shape, true);
}

/** @throws NotImplementedError in PyTorch's words when the tensor is dense */
export function asSparse(tensor: Tensor, op: string): SparseTensor {
  if (tensor instanceof SparseTensor) return tensor;
  throw unsupported(op, "CPU");
}

/** The error of an op for a layout it does not take. */
export function unsupported(op: string, backend: string): NotImplementedError {
  return new NotImplementedError(
    `Could not run 'aten::${op}' with arguments from the '${backend}' backend. This could be because the operator doesn't exist for this backend`,
  );
}

/** Adds the entries of `sparse`, times `alpha`, to `target`, which is changed. */
export function addInto(target: Tensor, sparse: SparseTensor, alpha: unknown): void {
  const dims = sparseDims(sparse);
  const values = alpha === 1 ? sparse.entries : callOp("mul", sparse.entries, alpha);
  const shape = [numelOf(target.shape.slice(0, dims)), ...target.shape.slice(dims)];
  const rows = rowNumbers(placesOf(sparse), target);
  if (target.contiguous_) target.detach().view(shape).index_add_(0, rows, values.to(target.dtype));
  else target.copy_(target.reshape(shape).index_add(0, rows, values.to(target.dtype)).reshape(target.shape));
}
