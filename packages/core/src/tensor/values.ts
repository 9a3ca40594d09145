import { CPU, type Device } from "../device.ts";
import { transfer } from "../dispatch/execute.ts";
import { tableOf } from "../dispatch/backend.ts";
import { allocate } from "../dispatch/allocate.ts";
import { readElement, type Scalar, type TypedArray } from "../dtype/index.ts";
import { RuntimeError, ValueError } from "../errors.ts";
import { formatMeta, formatTensor } from "../printing/index.ts";
import { Parameter, Tensor } from "./tensor.ts";

/** Nested arrays of element values, as `tolist()` gives them. */
export type NestedArray<T> = T | NestedArray<T>[];

/** Members that bring values to JavaScript. */
export interface TensorValues {
  /**
   * The value of a one-element tensor: number, bigint (int64), boolean or Complex.
   * int64 values within the safe range come as numbers.
   * @throws RuntimeError for more or fewer elements
   */
  item(): number;
  /** {@link item} for devices that cannot be read synchronously. */
  itemAsync(): Promise<number>;
  /** Nested arrays of the elements; a plain value for 0-d tensors. int64 beyond 2^53 comes as bigint. */
  // oxlint-disable-next-line typescript/no-explicit-any
  tolist(): any;
  /** {@link tolist} for devices that cannot be read synchronously. */
  // oxlint-disable-next-line typescript/no-explicit-any
  tolistAsync(): Promise<any>;
  /** `to(device)` for devices that cannot be read synchronously. */
  toAsync(device: Device | string): Promise<Tensor>;
  /**
   * The elements as a typed array in row-major order, sharing memory when the tensor is contiguous on the cpu.
   * @throws RuntimeError when the tensor requires grad
   */
  numpy(): TypedArray;
  /** PyTorch's text of the tensor. */
  toString(): string;
  /** The first dimension's slices. */
  [Symbol.iterator](): IterableIterator<Tensor>;
  [Symbol.toPrimitive](hint: string): string;
}

function onHost(tensor: Tensor): Tensor {
  return tensor.storage.host === null ? transfer(tensor, CPU) : tensor;
}

async function onHostAsync(tensor: Tensor): Promise<Tensor> {
  if (tensor.storage.host !== null) return tensor;
  const table = tableOf(tensor.device);
  if (table.backend.downloadAsync === undefined) return transfer(tensor, CPU);
  const flat = allocate(tensor.shape, tensor.dtype, tensor.device);
  table.get("copy")(flat, tensor);
  const host = allocate(tensor.shape, tensor.dtype, CPU);
  host.storage.host = await table.backend.downloadAsync(flat.storage, flat.dtype);
  return host;
}

/** int64 values that a number holds exactly become numbers. */
function plain(value: Scalar): Scalar {
  return typeof value === "bigint" && value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

function itemOf(tensor: Tensor): Scalar {
  if (tensor.numel() !== 1) {
    throw tensor.numel() === 0
      ? new RuntimeError("a Tensor with 0 elements cannot be converted to Scalar")
      : new ValueError("only one element tensors can be converted to Python scalars");
  }
  return plain(readElement(tensor.array, tensor.dtype, tensor.offset));
}

function listOf(tensor: Tensor): NestedArray<Scalar> {
  const { array, dtype, shape, strides } = tensor;
  const build = (dim: number, offset: number): NestedArray<Scalar> => {
    if (dim === shape.length) return plain(readElement(array, dtype, offset));
    const out = new Array<NestedArray<Scalar>>(shape[dim]!);
    for (let i = 0; i < out.length; i++) out[i] = build(dim + 1, offset + i * strides[dim]!);
    return out;
  };
  return build(0, tensor.offset);
}

function numpyOf(tensor: Tensor): TypedArray {
  if (tensor.requires_grad) {
    throw new RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
  }
  if (tensor.storage.device !== CPU) {
    throw new TypeError(
      `can't convert ${tensor.device.toString()} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.`,
    );
  }
  const { lanes } = tensor.dtype;
  if (tensor.contiguous_) {
    const array = tensor.array;
    const start = tensor.offset * lanes;
    const end = start + tensor.numel() * lanes;
    return start === 0 && end === array.length ? array : array.subarray(start, end);
  }
  const flat = allocate(tensor.shape, tensor.dtype, CPU);
  tableOf(CPU).get("copy")(flat, tensor);
  return flat.array;
}

function textOf(tensor: Tensor): string {
  const traits = {
    device: tensor.device.toString(),
    requires_grad: tensor.requires_grad,
    gradFnName: tensor.grad_fn?.name() ?? null,
    ...(tensor instanceof Parameter ? { kind: "Parameter" as const } : {}),
  };
  if (tensor.device.type === "meta") return formatMeta({ shape: tensor.shape, dtype: tensor.dtype, ...traits });
  const { array, shape, strides, offset, dtype } = onHost(tensor.detach());
  return formatTensor({ array, shape, strides, offset, dtype, ...traits });
}

const OPERATORS =
  "JavaScript cannot overload operators: use methods (a.add(b), a.mul(2), a.lt(b)) or, for the value of one element, a.item()";

type Member = (this: Tensor, ...args: never[]) => unknown;

function* rows(tensor: Tensor): IterableIterator<Tensor> {
  if (tensor.shape.length === 0) throw new TypeError("iteration over a 0-d tensor");
  yield* tensor.unbind(0);
}

const members: readonly (readonly [PropertyKey, Member])[] = [
  [
    "item",
    function item() {
      return itemOf(onHost(this));
    },
  ],
  [
    "itemAsync",
    async function itemAsync() {
      return itemOf(await onHostAsync(this));
    },
  ],
  [
    "tolist",
    function tolist() {
      return listOf(onHost(this));
    },
  ],
  [
    "tolistAsync",
    async function tolistAsync() {
      return listOf(await onHostAsync(this));
    },
  ],
  [
    "toAsync",
    async function toAsync(device: Device | string) {
      return (await onHostAsync(this)).to(device);
    },
  ],
  [
    "numpy",
    function numpy() {
      return numpyOf(this);
    },
  ],
  [
    "toString",
    function toString() {
      return textOf(this);
    },
  ],
  [
    Symbol.for("nodejs.util.inspect.custom"),
    function inspect() {
      return textOf(this);
    },
  ],
  [
    Symbol.iterator,
    function iterate() {
      return rows(this);
    },
  ],
  [
    Symbol.toPrimitive,
    function toPrimitive(hint: string) {
      if (hint === "string") return textOf(this);
      throw new TypeError(`a Tensor is not a number. ${OPERATORS}`);
    },
  ],
];

for (const [key, value] of members) {
  Object.defineProperty(Tensor.prototype, key, { value, writable: true, configurable: true });
}
