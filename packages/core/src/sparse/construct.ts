import { type DeviceLike, device as toDevice } from "../device.ts";
import { signature } from "../dispatch/signature.ts";
import { type DType, get_default_dtype, int64 } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import { callOp } from "../ops/pointwise/formulas.ts";
import { as_tensor, type TensorData } from "../tensor/literal.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface SparseOptions {
  readonly size?: readonly number[] | null;
  readonly dtype?: DType | null;
  readonly device?: DeviceLike | null;
  readonly requires_grad?: boolean;
}

interface Given {
  readonly indices: TensorData | Tensor;
  readonly values: TensorData | Tensor | null;
  readonly size: readonly number[] | null;
  readonly dtype: DType | null;
  readonly device: DeviceLike | null;
  readonly requires_grad: boolean;
}

const read = signature<Given>(
  "sparse_coo_tensor(Any indices, Any? values=None, Any? size=None, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False)",
);

/** The smallest size that holds all coordinates. */
function sizeFor(indices: Tensor, values: Tensor): number[] {
  if (indices.shape[1] === 0) return [...indices.shape.slice(0, 1).map(() => 0), ...values.shape.slice(1)];
  const largest = indices.amax(1).tolist() as number[];
  return [...largest.map((place) => place + 1), ...values.shape.slice(1)];
}

function check(indices: Tensor, values: Tensor, size: readonly number[]): void {
  const [dims, count] = indices.shape as readonly [number, number];
  if (indices.ndim !== 2)
    throw new RuntimeError(`indices must be sparse_dim x nnz, but got: [${indices.shape.join(", ")}]`);
  if (count !== values.shape[0]) {
    throw new RuntimeError(
      `indices and values must have same nnz, but got nnz from indices: ${count}, nnz from values: ${values.shape[0]}`,
    );
  }
  const dense = values.ndim - 1;
  if (dims + dense !== size.length) {
    throw new RuntimeError(
      `number of dimensions must be sparse_dim (${dims}) + dense_dim (${dense}), but got ${size.length}`,
    );
  }
  if (values.shape.slice(1).join() !== size.slice(dims).join()) {
    throw new RuntimeError(
      `values has incorrect size, expected [${[count, ...size.slice(dims)].join(", ")}], got [${values.shape.join(", ")}]`,
    );
  }
  if (count === 0 || dims === 0) return;
  const [least, largest] = [indices.amin(1), indices.amax(1)].map((t) => t.tolist() as number[]) as [
    number[],
    number[],
  ];
  for (let d = 0; d < dims; d++) {
    if (least[d]! < 0) throw new RuntimeError(`found negative index ${least[d]} for dim ${d}`);
    if (largest[d]! >= size[d]!) {
      throw new RuntimeError(
        `size is inconsistent with indices: for dim ${d}, size is ${size[d]} but found index ${largest[d]}`,
      );
    }
  }
}

/**
 * A tensor in coordinate form.
 * @param indices - coordinates of the entries, [sparse dimensions, nnz]; entries at the same place add up
 * @param values - entries, [nnz, ...dense dimensions]
 * @param size - sizes of all dimensions; the smallest that hold the coordinates by default
 * @throws RuntimeError when the parts do not fit together, or a coordinate lies outside
 * @example
 * ```ts
 * import { sparse_coo_tensor } from "@tt/core/sparse";
 * const x = sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3, 4, 5], [2, 3]);
 * x.to_dense().tolist(); // [[0, 0, 3], [4, 0, 5]]
 * ```
 */
export function sparse_coo_tensor(size: readonly number[], options?: SparseOptions): Tensor;
export function sparse_coo_tensor(
  indices: TensorData | Tensor,
  values: TensorData | Tensor,
  size?: readonly number[] | null | SparseOptions,
  options?: SparseOptions,
): Tensor;
export function sparse_coo_tensor(...args: unknown[]): Tensor {
  const given = read(args);
  const { dtype, requires_grad } = given;
  const empty = given.values === null;
  const size = empty ? (given.indices as readonly number[]) : given.size;
  const place = given.device === null ? {} : { device: toDevice(given.device) };
  const values = empty
    ? as_tensor([], { dtype: dtype ?? get_default_dtype(), ...place })
    : as_tensor(given.values, { ...(dtype !== null && { dtype }), ...place });
  const coordinates = empty
    ? as_tensor([], { dtype: int64 }).reshape([size!.length, 0])
    : as_tensor(given.indices, { dtype: int64 });
  const indices = coordinates.to(values.device);
  const shape = size === null ? sizeFor(indices, values) : [...size];
  check(indices, values, shape);
  const made = callOp("_sparse_coo", indices, values, shape, false);
  return requires_grad ? made.requires_grad_() : made;
}
Object.defineProperty(sparse_coo_tensor, "schema", { value: read.schema });
