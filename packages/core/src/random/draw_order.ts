/**
 * Where each draw of a factory-like op goes in a tensor that is not contiguous: element `k` of the
 * result is the storage offset (in elements) of draw `k`.
 *
 * PyTorch fills such tensors in the order of memory, not of the logical indices: the dimension of the
 * smallest stride runs fastest. For contiguous tensors that is the same.
 *
 * @example
 * drawOrder([2, 3], [1, 2]); // 0, 1, 2, 3, 4, 5: a transposed tensor is filled as it lies in memory
 */
export function drawOrder(shape: readonly number[], strides: readonly number[], offset = 0): Int32Array {
  const dims = sortDimensions(shape, strides);
  let n = 1;
  for (const size of shape) n *= size;
  const result = new Int32Array(n);
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let k = 0; k < n; k++) {
    result[k] = at;
    for (const d of dims) {
      at += strides[d]!;
      if (++index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return result;
}

/** Dimensions by stride, fastest first; ties and strides of 0 as TensorIterator's insertion sort leaves them. */
function sortDimensions(shape: readonly number[], strides: readonly number[]): number[] {
  const dims = shape.map((_, i) => shape.length - 1 - i);
  for (let i = 1; i < dims.length; i++) {
    let at = i;
    for (let j = i - 1; j >= 0; j--) {
      const a = dims[j]!;
      const b = dims[at]!;
      const order =
        strides[a] === 0 || strides[b] === 0 ? 0 : strides[a]! - strides[b]! || Math.max(0, shape[a]! - shape[b]!);
      if (order < 0) break;
      if (order === 0) continue;
      dims[j] = b;
      dims[at] = a;
      at = j;
    }
  }
  return dims;
}
