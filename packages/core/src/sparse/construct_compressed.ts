import { indexValues } from "../cpu/indices.ts";
import { CPU, type DeviceLike, device as toDevice } from "../device.ts";
import { transfer } from "../dispatch/execute.ts";
import { signature } from "../dispatch/signature.ts";
import { type DType, int32, int64 } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import { numelOf } from "../layout.ts";
import { callOp } from "../ops/pointwise/formulas.ts";
import { as_tensor, type TensorData } from "../tensor/literal.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Compression, indexNames, isBlocked, isRows } from "./compressed.ts";
import type { SparseOptions } from "./construct.ts";

const TAIL =
  "Any values, Any? size=None, *, ScalarType? dtype=None, Any? layout=None, bool pin_memory=False, Device? device=None, bool requires_grad=False";

interface Given {
  readonly values: TensorData | Tensor;
  readonly size: readonly number[] | null;
  readonly dtype: DType | null;
  readonly layout: string | null;
  readonly device: DeviceLike | null;
  readonly requires_grad: boolean;
  readonly [indices: string]: unknown;
}

function asIndices(data: unknown, like: Tensor): Tensor {
  const given = data instanceof Tensor && data.dtype === int32 ? data : as_tensor(data as TensorData, { dtype: int64 });
  return given.to(like.device);
}

function sizeFor(kind: Compression, compressed: Tensor, plain: Tensor, values: Tensor): number[] {
  const batch = plain.shape.slice(0, -1);
  const rank = plain.ndim;
  const [height, width] = isBlocked(kind) ? (values.shape.slice(rank, rank + 2) as [number, number]) : [1, 1];
  const dense = values.shape.slice(rank + (isBlocked(kind) ? 2 : 0));
  const lines = compressed.shape.at(-1)! - 1;
  const others = plain.numel() === 0 ? 0 : plain.max().item() + 1;
  return [...batch, ...(isRows(kind) ? [lines * height, others * width] : [others * height, lines * width]), ...dense];
}

/** Whether the lists describe a matrix of that size, in PyTorch's words. */
function check(kind: Compression, compressed: Tensor, plain: Tensor, values: Tensor, size: readonly number[]): void {
  const [first, second] = indexNames(kind);
  const rank = plain.ndim;
  if (compressed.dtype !== plain.dtype)
    throw new RuntimeError(
      `${first} and ${second} must have the same dtype, bot got ${compressed.dtype.name} and ${plain.dtype.name}, respectively`,
    );
  if (compressed.ndim !== rank || compressed.shape.slice(0, -1).join() !== plain.shape.slice(0, -1).join())
    throw new RuntimeError(
      `all batch dimensions of the provided size, indices, and values must be the same, but got ${first} of shape [${compressed.shape.join(", ")}] and ${second} of shape [${plain.shape.join(", ")}]`,
    );
  const blocked = isBlocked(kind) ? 2 : 0;
  if (values.ndim < rank + blocked)
    throw new RuntimeError(
      `values must have dimensionality > sum of batch and block dimensionalities (=${rank - 1} + ${blocked}), but got ${values.ndim}`,
    );
  const count = plain.shape.at(-1)!;
  if (values.shape[rank - 1] !== count)
    throw new RuntimeError(
      `number of specified elements must match in ${second} and values, but got ${count} and ${values.shape[rank - 1]}, respectively`,
    );
  if (size.length !== values.ndim + 1 - blocked)
    throw new RuntimeError(
      `tensor dimensionality must be sum of batch, base, and dense dimensionalities (=${rank - 1} + 2 + ${values.ndim - rank - blocked}) but got ${size.length}`,
    );
  const [height, width] = blocked ? (values.shape.slice(rank, rank + 2) as [number, number]) : [1, 1];
  const [rows, columns] = size.slice(rank - 1, rank + 1) as [number, number];
  if (rows % height !== 0 || columns % width !== 0)
    throw new RuntimeError(
      `tensor sparse size (${rows}, ${columns}) must be divisible by given blocksize (${height}, ${width})`,
    );
  const [lines, others] = isRows(kind) ? [rows / height, columns / width] : [columns / width, rows / height];
  if (compressed.shape.at(-1) !== lines + 1)
    throw new RuntimeError(
      `${first}.shape[-1] must be equal to the number of ${isRows(kind) ? "rows" : "columns"}${blocked ? " of blocks" : ""} + 1 (=${lines + 1}), but got ${compressed.shape.at(-1)}`,
    );
  checkLists(
    [first, second],
    indexValues(transfer(compressed, CPU)),
    indexValues(transfer(plain, CPU)),
    lines,
    others,
    count,
    numelOf(plain.shape.slice(0, -1)),
  );
}

function checkLists(
  [first, second]: readonly [string, string],
  starts: Int32Array,
  places: Int32Array,
  lines: number,
  others: number,
  count: number,
  batches: number,
): void {
  const unmet = (what: string): RuntimeError => new RuntimeError(`\`${what}\` is not satisfied.`);
  for (let b = 0; b < batches; b++) {
    const line = (i: number): number => starts[b * (lines + 1) + i]!;
    if (line(0) !== 0) throw unmet(`${first}[..., 0] == 0`);
    if (line(lines) !== count) throw unmet(`${first}[..., -1] == nnz`);
    for (let i = 0; i < lines; i++) {
      const length = line(i + 1) - line(i);
      if (length < 0 || length > others)
        throw unmet(`0 <= ${first}[..., 1:] - ${first}[..., :-1] <= ${first.includes("row") ? "ncols" : "nrows"}`);
      for (let k = line(i); k < line(i + 1); k++) {
        const place = places[b * count + k]!;
        if (place < 0) throw unmet(`0 <= ${second}`);
        if (place >= others) throw unmet(`${second} < ${first.includes("row") ? "ncols" : "nrows"}`);
        if (k > line(i) && places[b * count + k - 1]! >= place) {
          throw unmet(
            `${second}[..., ${first}[..., i - 1]:${first}[..., i]] for all i = 1, ..., ${first.includes("row") ? "nrows" : "ncols"} are sorted and distinct along the last dimension values`,
          );
        }
      }
    }
  }
}

function construct(kind: Compression, given: Given, names: readonly [string, string]): Tensor {
  const { dtype, requires_grad } = given;
  const values = as_tensor(given.values, {
    ...(dtype !== null && { dtype }),
    ...(given.device !== null && { device: toDevice(given.device) }),
  });
  const [compressed, plain] = names.map((name) => asIndices(given[name], values)) as [Tensor, Tensor];
  const size = given.size === null ? sizeFor(kind, compressed, plain, values) : [...given.size];
  check(kind, compressed, plain, values, size);
  const made: Tensor = callOp("_sparse_compressed", compressed, plain, values, size, kind);
  return requires_grad ? made.requires_grad_() : made;
}

type Make = (
  compressed_indices: TensorData | Tensor,
  plain_indices: TensorData | Tensor,
  values: TensorData | Tensor,
  size?: readonly number[] | null | SparseOptions,
  options?: SparseOptions,
) => Tensor;

function constructor(kind: Compression): Make {
  const [first, second] = indexNames(kind);
  const read = signature<Given>(`sparse_${kind}_tensor(Any ${first}, Any ${second}, ${TAIL})`);
  const make: Make = (...args) => construct(kind, read(args), [first, second]);
  Object.defineProperty(make, "schema", { value: read.schema });
  return make;
}

/**
 * A matrix in compressed sparse rows.
 * @example
 * ```ts
 * import { sparse_csr_tensor } from "@tt/core/sparse";
 * sparse_csr_tensor([0, 1, 3], [1, 0, 2], [1, 2, 3]).to_dense().tolist(); // [[0, 1, 0], [2, 0, 3]]
 * ```
 */
export const sparse_csr_tensor: Make = constructor("csr");
/** A matrix in compressed sparse columns. */
export const sparse_csc_tensor: Make = constructor("csc");
/** A matrix in compressed sparse rows of blocks, `values` [nnz, block rows, block columns]. */
export const sparse_bsr_tensor: Make = constructor("bsr");
/** A matrix in compressed sparse columns of blocks, `values` [nnz, block rows, block columns]. */
export const sparse_bsc_tensor: Make = constructor("bsc");

const readAny = signature<Given>(`sparse_compressed_tensor(Any compressed_indices, Any plain_indices, ${TAIL})`);

/** A matrix in the compressed form that `layout` names, such as `torch.sparse_csr`. */
export const sparse_compressed_tensor: (
  compressed_indices: TensorData | Tensor,
  plain_indices: TensorData | Tensor,
  values: TensorData | Tensor,
  size?: readonly number[] | null | (SparseOptions & { readonly layout: string }),
  options?: SparseOptions & { readonly layout: string },
) => Tensor = (...args) => {
  const given = readAny(args);
  const kind = /^torch\.sparse_([bc]s[rc])$/.exec(given.layout ?? "")?.[1];
  if (kind === undefined)
    throw new RuntimeError(
      `sparse_compressed_tensor_unsafe expected sparse compressed tensor layout but got ${given.layout ?? "none"}`,
    );
  return construct(kind as Compression, given, ["compressed_indices", "plain_indices"]);
};
Object.defineProperty(sparse_compressed_tensor, "schema", { value: readAny.schema });
