/** Sparse tensors of a checkpoint, as the dense tensors they stand for: tt has no sparse layout. */
import type { Tensor } from "@tt/core";
import { Complex, CPU, type DType, readElement, RuntimeError, type Scalar, writeElement } from "@tt/core";
import { transfer } from "@tt/core/dispatch";
import { nbytesOf } from "../io/tensor-bytes.ts";
import { placeTensor } from "./place.ts";
import type { SparseRecord } from "./records.ts";

/** A few entries may stand for any number of zeros. */
const MAX_DENSE_BYTES = 2 ** 30;

/**
 * @param tensors the tensors of `record.parts`
 * @throws RuntimeError when indices lie outside of the tensor, or the dense tensor were too large
 */
export function densify(record: SparseRecord, tensors: readonly Tensor[]): Tensor {
  const parts = tensors.map((tensor) => transfer(tensor, CPU));
  const values = parts.at(-1)!;
  const { dtype } = values;
  const nbytes = nbytesOf(record.size, dtype);
  if (nbytes > MAX_DENSE_BYTES)
    throw new RuntimeError(`a sparse tensor of size [${record.size.join(", ")}] is too large to be made dense`);
  const bytes = new Uint8Array(nbytes);
  const target = placeTensor(bytes, dtype, record.size, null);
  const { positions, inner } =
    record.layout === "sparse_coo"
      ? cooPositions(record, parts[0]!, values)
      : csrPositions(record, parts[0]!, parts[1]!, values);
  const array = target.array;
  positions.forEach((position, entry) => {
    for (let i = 0; i < inner; i++) {
      const at = position * inner + i;
      writeElement(array, dtype, at, add(readElement(array, dtype, at), valueAt(values, entry, i), dtype));
    }
  });
  return transfer(target, tensors[0]!.device);
}

interface Positions {
  /** Row-major position of each entry among the sparse dimensions. */
  readonly positions: readonly number[];
  /** Number of elements of one entry. */
  readonly inner: number;
}

function damaged(reason: string): never {
  throw new RuntimeError(`a sparse tensor is damaged: ${reason}`);
}

function integerAt(tensor: Tensor, ...index: number[]): number {
  return Number(
    readElement(
      tensor.array,
      tensor.dtype,
      index.reduce((at, n, d) => at + n * tensor.strides[d]!, tensor.offset),
    ),
  );
}

function within(index: number, size: number): number {
  if (!(Number.isInteger(index) && index >= 0 && index < size))
    damaged(`index ${index} is out of range for a dimension of size ${size}`);
  return index;
}

function cooPositions({ size }: SparseRecord, indices: Tensor, values: Tensor): Positions {
  const [sparseDims, count] = indices.shape;
  const denseShape = size.slice(sparseDims);
  if (indices.shape.length !== 2 || [count, ...denseShape].join() !== values.shape.join())
    damaged("its indices and values do not fit its size");
  const positions = Array.from({ length: count! }, (_, entry) => {
    let position = 0;
    for (let d = 0; d < sparseDims!; d++)
      position = position * size[d]! + within(integerAt(indices, d, entry), size[d]!);
    return position;
  });
  return { positions, inner: denseShape.reduce((product, n) => product * n, 1) };
}

function csrPositions({ size }: SparseRecord, rows: Tensor, columns: Tensor, values: Tensor): Positions {
  const [height, width] = size;
  const count = values.shape[0];
  if (
    size.length !== 2 ||
    values.shape.length !== 1 ||
    rows.shape.join() !== String(height! + 1) ||
    columns.shape.join() !== String(count)
  )
    damaged("its indices and values do not fit its size");
  const positions: number[] = [];
  for (let row = 0; row < height!; row++) {
    const end = integerAt(rows, row + 1);
    if (!(end >= positions.length && end <= count!)) damaged("its row pointers do not ascend");
    while (positions.length < end) positions.push(row * width! + within(integerAt(columns, positions.length), width!));
  }
  return { positions, inner: 1 };
}

/** Element `i` (row-major) of entry `entry`. */
function valueAt(values: Tensor, entry: number, i: number): Scalar {
  let at = values.offset + entry * values.strides[0]!;
  let rest = i;
  for (let d = values.shape.length - 1; d > 0; d--) {
    at += (rest % values.shape[d]!) * values.strides[d]!;
    rest = Math.floor(rest / values.shape[d]!);
  }
  return readElement(values.array, values.dtype, at);
}

/** Entries at the same place add up. */
function add(a: Scalar, b: Scalar, dtype: DType): Scalar {
  if (dtype.name === "bool") return Boolean(a) || Boolean(b);
  if (a instanceof Complex && b instanceof Complex) return new Complex(a.re + b.re, a.im + b.im);
  return typeof a === "bigint" ? BigInt.asIntN(64, a + (b as bigint)) : Number(a) + Number(b);
}
