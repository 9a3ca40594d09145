import { indexValues } from "../cpu/indices.ts";
import { CPU } from "../device.ts";
import { transfer } from "../dispatch/execute.ts";
import { type DType, int64 } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import { numelOf } from "../layout.ts";
import { callOp } from "../ops/pointwise/formulas.ts";
import { formatCompressed } from "../printing/index.ts";
import { fromArray } from "../tensor/literal.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { coordinatesOf, rowNumbers, unowned } from "./coo.ts";
import { printable, UnstridedTensor } from "./unstrided.ts";

/** Compressed sparse rows, columns, and the same of blocks. */
export type Compression = "csr" | "csc" | "bsr" | "bsc";

export const isRows = (kind: Compression): boolean => kind.endsWith("r");
export const isBlocked = (kind: Compression): boolean => kind.startsWith("b");
/** What PyTorch calls the two lists of indices, `crow_indices` and `col_indices` of rows. */
export const indexNames = (kind: Compression): readonly [compressed: string, plain: string] =>
  isRows(kind) ? ["crow_indices", "col_indices"] : ["ccol_indices", "row_indices"];

/**
 * A matrix, or a batch of matrices, in compressed form (Saad, Iterative Methods for Sparse Linear Systems, 3.4):
 * `compressed` [...batch, rows + 1] says where in `plain` [...batch, nnz] and `entries` [...batch, nnz, ...block, ...dense]
 * the columns and values of each row are (of each column in csc; of rows and columns of blocks in bsr and bsc).
 */
export class CompressedTensor extends UnstridedTensor {
  /** @internal */
  readonly kind: Compression;
  /** @internal */
  compressed: Tensor;
  /** @internal */
  plain: Tensor;
  /** @internal */
  entries: Tensor;

  /** @internal */
  constructor(kind: Compression, compressed: Tensor, plain: Tensor, entries: Tensor, shape: readonly number[]) {
    super(entries, shape);
    this.kind = kind;
    this.compressed = compressed;
    this.plain = plain;
    this.entries = entries;
  }

  /** The same places with other values. */
  withEntries(entries: Tensor): CompressedTensor {
    return new CompressedTensor(this.kind, this.compressed, this.plain, entries, this.shape);
  }

  /** Takes over another tensor's entries. */
  become({ compressed, plain, entries, shape }: CompressedTensor): this {
    this.setLayout(entries.storage, entries.dtype, shape, this.strides, 0);
    this.compressed = compressed;
    this.plain = plain;
    this.entries = entries;
    return this;
  }

  override detach(): Tensor {
    const out = this.withEntries(this.entries.detach());
    out.versionCell = this.versionCell;
    return out;
  }

  override get data(): Tensor {
    return this.withEntries(this.entries.detach());
  }

  override set data(value: Tensor) {
    this.become(value as CompressedTensor);
  }

  override get is_sparse_csr(): boolean {
    return this.kind === "csr";
  }

  override get layout(): string {
    return `torch.sparse_${this.kind}`;
  }

  override to_dense(dtype?: DType | null): Tensor {
    const dense = callOp("_compressed_to_dense", this);
    return dtype === undefined || dtype === null ? dense : dense.to(dtype);
  }

  override numpy(): never {
    throw new TypeError("can't convert SparseCsr layout tensor to numpy. Use Tensor.dense() first.");
  }

  override toString(): string {
    const [compressed, plain] = indexNames(this.kind);
    return formatCompressed({
      parts: [
        [compressed, printable(this.compressed)],
        [plain, printable(this.plain)],
        ["values", printable(this.entries)],
      ],
      shape: this.shape,
      nnz: this.plain.shape.at(-1)!,
      layout: this.layout,
      device: this.device.toString(),
      requires_grad: this.requires_grad,
      gradFnName: this.grad_fn?.name() ?? null,
    });
  }
}

/** Sizes of a block: 1 x 1 where there are none. */
export function blockOf({ kind, plain, entries }: CompressedTensor): readonly [rows: number, columns: number] {
  if (!isBlocked(kind)) return [1, 1];
  const [rows, columns] = entries.shape.slice(plain.ndim) as [number, number];
  return [rows, columns];
}

/** Number of dimensions that are not those of the values: of batches, rows and columns. */
export const sparseRank = ({ plain }: CompressedTensor): number => plain.ndim + 1;

/** A host list of int64 on the device of `like`. */
export function indexTensor(values: ArrayLike<number>, shape: readonly number[], like: Tensor): Tensor {
  return unowned(() =>
    transfer(fromArray(BigInt64Array.from(values as number[], BigInt), int64, [...shape]), like.storage.device),
  );
}

/** The place of every stored element among batches, rows and columns, in the order of `entries`. */
export function placesOfCompressed(tensor: CompressedTensor): Float64Array {
  const { kind, shape } = tensor;
  const [height, width] = blockOf(tensor);
  const rank = sparseRank(tensor);
  const [rows, columns] = shape.slice(rank - 2, rank) as [number, number];
  const lines = isRows(kind) ? rows / height : columns / width;
  const starts = indexValues(transfer(tensor.compressed, CPU));
  const others = indexValues(transfer(tensor.plain, CPU));
  const count = tensor.plain.shape.at(-1)!;
  const batches = numelOf(shape.slice(0, rank - 2));
  const places = new Float64Array(batches * count * height * width);
  let at = 0;
  for (let b = 0; b < batches; b++) {
    for (let line = 0; line < lines; line++) {
      const end = starts[b * (lines + 1) + line + 1]!;
      for (let k = starts[b * (lines + 1) + line]!; k < end; k++) {
        const other = others[b * count + k]!;
        const [row, column] = isRows(kind) ? [line, other] : [other, line];
        for (let i = 0; i < height; i++) {
          const start = (b * rows + row * height + i) * columns + column * width;
          for (let j = 0; j < width; j++) places[at++] = start + j;
        }
      }
    }
  }
  return places;
}

/** The stored elements one below the other, [places, ...dense]. */
export function flatEntries(tensor: CompressedTensor, entries: Tensor = tensor.entries): Tensor {
  return entries.reshape([-1, ...tensor.shape.slice(sparseRank(tensor))]);
}

/** All elements. */
export function densifiedCompressed(tensor: CompressedTensor): Tensor {
  const { entries, shape } = tensor;
  const rank = sparseRank(tensor);
  const flat = entries.new_zeros([numelOf(shape.slice(0, rank)), ...shape.slice(rank)]);
  const places = placesOfCompressed(tensor);
  if (places.length > 0) flat.index_copy_(0, rowNumbers(places, entries), flatEntries(tensor));
  return flat.reshape(shape);
}

/** The elements of a dense tensor at the places of `like`, shaped as its entries. */
export function entriesAt(dense: Tensor, like: CompressedTensor): Tensor {
  const { shape, entries } = like;
  const rank = sparseRank(like);
  const flat = dense.reshape([numelOf(shape.slice(0, rank)), ...shape.slice(rank)]);
  return flat.index_select(0, rowNumbers(placesOfCompressed(like), dense)).reshape(entries.shape);
}

/** The same tensor in coordinate form; gradients flow through. */
export function toCoordinates(tensor: CompressedTensor): Tensor {
  const places = placesOfCompressed(tensor);
  const order = Array.from(places.keys()).sort((a, b) => places[a]! - places[b]!);
  const sorted = order.map((i) => places[i]!);
  const sizes = tensor.shape.slice(0, sparseRank(tensor));
  const values = flatEntries(tensor, callOp("values", tensor)).index_select(0, rowNumbers(order, tensor.entries));
  return callOp("_sparse_coo", coordinatesOf(sorted, sizes, tensor.compressed), values, tensor.shape, true);
}

/**
 * Compressed form of a tensor in coordinate form; gradients flow through.
 * @throws RuntimeError when the blocks do not divide the matrix, or batches have different numbers of entries
 */
export function compress(coo: Tensor, kind: Compression, block: readonly [number, number]): Tensor {
  const indices: Tensor = callOp("indices", coo);
  const values: Tensor = callOp("values", coo);
  const [rank, count] = indices.shape as readonly [number, number];
  if (rank < 2) throw new RuntimeError(`Expected the input to have at least 2 sparse dimensions, but got ${rank}`);
  const [height, width] = block;
  const [rows, columns] = coo.shape.slice(rank - 2, rank) as [number, number];
  if (rows % height !== 0 || columns % width !== 0) {
    throw new RuntimeError(
      `tensor sparse size (${rows}, ${columns}) must be divisible by given blocksize (${height}, ${width})`,
    );
  }
  const all = indexValues(transfer(indices, CPU));
  const batch = coo.shape.slice(0, rank - 2);
  const batches = numelOf(batch);
  const [lines, others] = isRows(kind) ? [rows / height, columns / width] : [columns / width, rows / height];
  // The block of every entry, numbered as blocks are stored, and the entry's place in it.
  const blocks = new Float64Array(count);
  const inside = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let b = 0;
    for (let d = 0; d < rank - 2; d++) b = b * batch[d]! + all[d * count + i]!;
    const [row, column] = [all[(rank - 2) * count + i]!, all[(rank - 1) * count + i]!];
    const [r, c] = [Math.floor(row / height), Math.floor(column / width)];
    const [line, other] = isRows(kind) ? [r, c] : [c, r];
    blocks[i] = (b * lines + line) * others + other;
    inside[i] = (row % height) * width + (column % width);
  }
  const stored = [...new Set(blocks)].sort((a, b) => a - b);
  const [compressed, plain] = [new Float64Array(batches * (lines + 1)), stored.map((at) => at % others)];
  for (const at of stored) {
    const line = Math.floor(at / others);
    compressed[line + Math.floor(line / lines) + 1]!++;
  }
  const each = batches === 0 ? 0 : stored.length / batches;
  for (let b = 0; b < batches; b++) {
    for (let line = 1; line <= lines; line++)
      compressed[b * (lines + 1) + line]! += compressed[b * (lines + 1) + line - 1]!;
    if (compressed[b * (lines + 1) + lines] !== each)
      throw new RuntimeError("Expect the same number of specified elements per batch.");
  }
  const slots = new Map(stored.map((at, i) => [at, i]));
  const targets = Array.from(blocks, (at, i) => slots.get(at)! * height * width + inside[i]!);
  const dense = values.shape.slice(1);
  const flat = values
    .new_zeros([stored.length * height * width, ...dense])
    .index_copy(0, rowNumbers(targets, values), values);
  const entries = flat.reshape([...batch, each, ...(isBlocked(kind) ? block : []), ...dense]);
  return callOp(
    "_sparse_compressed",
    indexTensor(compressed, [...batch, lines + 1], indices),
    indexTensor(plain, [...batch, each], indices),
    entries,
    coo.shape,
    kind,
  );
}

/** Whether both have entries at the same places. */
export function samePlaces(a: CompressedTensor, b: CompressedTensor): boolean {
  if (a.kind !== b.kind || a.entries.shape.join() !== b.entries.shape.join() || a.shape.join() !== b.shape.join())
    return false;
  const equal = (x: Tensor, y: Tensor): boolean => x === y || (callOp("equal", x, y) as unknown as boolean);
  return equal(a.compressed, b.compressed) && equal(a.plain, b.plain);
}
