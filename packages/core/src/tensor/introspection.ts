import { type DType, scalarTypeName, type TypedArrayConstructor } from "../dtype/index.ts";
import { IndexError, RuntimeError } from "../errors.ts";
import { isChannelsLast, wrapDim } from "../layout.ts";
import type { MemoryFormat } from "../memory_format.ts";
import { tensor, type TensorData, type TensorOptions } from "./literal.ts";
import { Tensor } from "./tensor.ts";

/** Members that tell how a tensor is laid out. */
export interface TensorIntrospection {
  /** The sizes of all dimensions, or of dimension `dim`. */
  size(): readonly number[];
  size(dim: number): number;
  /** The steps of all dimensions, or of dimension `dim`, in elements. */
  stride(): readonly number[];
  stride(dim: number): number;
  /** The first element's place in the storage, in elements. */
  storage_offset(): number;
  /** A number that equals another tensor's exactly when both start at the same byte of one storage. */
  data_ptr(): number;
  /** Bytes per element. */
  element_size(): number;
  /** Number of elements. */
  nelement(): number;
  /** Number of dimensions. */
  ndimension(): number;
  /** Size of the first dimension. */
  readonly length: number;
  /** Bytes of all elements. */
  readonly nbytes: number;
  /** Bytes per element. */
  readonly itemsize: number;
  /** Whether elements lie in row-major order without gaps, or in the given memory format. */
  is_contiguous(options?: MemoryFormat | { readonly memory_format?: MemoryFormat | null }): boolean;
  /** Whether both tensors have the same storage, offset, sizes and strides. */
  is_set_to(tensor: Tensor): boolean;
  /** Index of an accelerator device; -1 on the cpu. */
  get_device(): number;
  readonly is_cpu: boolean;
  readonly is_cuda: boolean;
  readonly is_sparse: boolean;
  readonly is_quantized: boolean;
  readonly is_meta: boolean;
  readonly is_nested: boolean;
  readonly is_sparse_csr: boolean;
  /** Name of a tensor that was given one; null else. */
  readonly name: string | null;
  /** PyTorch's name of the tensor's type, such as "torch.FloatTensor", or this tensor as another dtype. */
  type(): string;
  type(dtype: DType): Tensor;
  /** Host memory needs no pinning here: false. */
  is_pinned(): boolean;
  /** This tensor. */
  pin_memory(): Tensor;
  /** Whether workers see the same memory. */
  is_shared(): boolean;
  /** This tensor, its elements moved to memory that workers can see too. */
  share_memory_(): this;
  is_distributed(): boolean;
  is_coalesced(): boolean;
  /** Replaces every element of a cpu tensor by `fn` of it; slow, meant for tests. */
  apply_(fn: (value: number) => number): this;
  /** Replaces every element by `fn` of it and the other tensor's element. */
  map_(tensor: Tensor, fn: (a: number, b: number) => number): this;
  /** Replaces every element by `fn` of it and two other tensors' elements. */
  map2_(x: Tensor, y: Tensor, fn: (a: number, b: number, c: number) => number): this;
  /** A tensor of `data` with this tensor's dtype and device. */
  new_tensor(data: TensorData, options?: TensorOptions): Tensor;
  /** Always "torch.strided". */
  readonly layout: string;
}

const addresses = new WeakMap<object, number>();
let nextAddress = 4096;

/** A stable made-up address per storage: JavaScript memory has none to show. */
function addressOf(storage: { readonly nbytes: number }): number {
  let address = addresses.get(storage);
  if (address === undefined) {
    address = nextAddress;
    nextAddress += Math.ceil((storage.nbytes + 1) / 64) * 64;
    addresses.set(storage, address);
  }
  return address;
}

const methods: Record<string, (this: Tensor, ...args: never[]) => unknown> = {
  size(dim?: number): readonly number[] | number {
    return dim === undefined ? this.shape : this.shape[along(this, dim)]!;
  },
  stride(dim?: number): readonly number[] | number {
    return dim === undefined ? this.strides : this.strides[along(this, dim)]!;
  },
  storage_offset(): number {
    return this.offset;
  },
  data_ptr(): number {
    return this.numel() === 0 ? 0 : addressOf(this.storage) + this.offset * this.dtype.itemsize;
  },
  element_size(): number {
    return this.dtype.itemsize;
  },
  nelement(): number {
    return this.numel();
  },
  ndimension(): number {
    return this.ndim;
  },
  is_contiguous(options: MemoryFormat | { memory_format?: MemoryFormat | null } = {}): boolean {
    const format = typeof options === "string" ? options : (options.memory_format ?? "contiguous_format");
    if (format === "channels_last") return this.ndim === 4 && isChannelsLast(this.shape, this.strides);
    if (format === "channels_last_3d") return this.ndim === 5 && isChannelsLast(this.shape, this.strides);
    return this.contiguous_;
  },
  is_set_to(tensor: Tensor): boolean {
    const same = (a: readonly number[], b: readonly number[]): boolean =>
      a.length === b.length && a.every((x, i) => x === b[i]);
    return (
      this.storage === tensor.storage &&
      this.offset === tensor.offset &&
      same(this.shape, tensor.shape) &&
      same(this.strides, tensor.strides)
    );
  },
  type(dtype?: DType): string | Tensor {
    if (dtype !== undefined) return this.to(dtype);
    return `torch.${this.device.type === "cpu" ? "" : `${this.device.type}.`}${scalarTypeName(this.dtype)}Tensor`;
  },
  is_pinned(): boolean {
    return false;
  },
  pin_memory(): Tensor {
    return this;
  },
  is_shared(): boolean {
    const { host } = this.storage;
    return typeof SharedArrayBuffer !== "undefined" && host !== null && host.buffer instanceof SharedArrayBuffer;
  },
  share_memory_(): Tensor {
    const { storage } = this;
    if (typeof SharedArrayBuffer === "undefined" || storage.host === null || this.is_shared()) return this;
    const { host } = storage;
    const shared = new (host.constructor as TypedArrayConstructor)(new SharedArrayBuffer(host.byteLength));
    (shared as Float32Array).set(host as Float32Array);
    storage.host = shared;
    return this;
  },
  is_distributed(): boolean {
    return false;
  },
  is_coalesced(): boolean {
    return false;
  },
  apply_(fn: (value: number) => number): Tensor {
    return mapElements(this, [], fn);
  },
  map_(other: Tensor, fn: (a: number, b: number) => number): Tensor {
    return mapElements(this, [other], fn);
  },
  map2_(x: Tensor, y: Tensor, fn: (a: number, b: number, c: number) => number): Tensor {
    return mapElements(this, [x, y], fn);
  },
  new_tensor(data: TensorData, options: TensorOptions = {}): Tensor {
    return tensor(data, { ...options, dtype: options.dtype ?? this.dtype, device: options.device ?? this.device });
  },
  get_device(): number {
    return this.device.type === "cpu" ? -1 : (this.device.index ?? 0);
  },
};

/** Writes `fn` of the elements of this and the other tensors, which are broadcast to its shape. */
function mapElements(self: Tensor, others: readonly Tensor[], fn: (...values: number[]) => number): Tensor {
  if (self.requires_grad)
    throw new RuntimeError("Can't call apply_() on Variable that requires grad. Use var.detach().apply_() instead.");
  if (self.device.type !== "cpu") throw new TypeError("apply_ is only implemented on CPU tensors");
  const operands = [self, ...others.map((other) => other.detach().expand(self.shape))];
  const values = operands.map((operand) => operand.reshape([-1]).tolist() as number[]);
  const results = values[0]!.map((_, i) => fn(...values.map((list) => list[i]!)));
  self.copy_(tensor(results, { dtype: self.dtype }).reshape(self.shape));
  return self;
}

function along(tensor: Tensor, dim: number): number {
  if (tensor.ndim === 0) throw new IndexError("dimension specified as 0 but tensor has no dimensions");
  return wrapDim(dim, tensor.ndim);
}

const properties: Record<string, (this: Tensor) => unknown> = {
  length(): number {
    if (this.ndim === 0) throw new TypeError("len() of a 0-d tensor");
    return this.shape[0]!;
  },
  nbytes(): number {
    return this.numel() * this.dtype.itemsize;
  },
  itemsize(): number {
    return this.dtype.itemsize;
  },
  is_cpu(): boolean {
    return this.device.type === "cpu";
  },
  is_cuda(): boolean {
    return this.device.type === "cuda";
  },
  is_sparse(): boolean {
    return false;
  },
  is_quantized(): boolean {
    return false;
  },
  is_meta(): boolean {
    return this.device.type === "meta";
  },
  is_nested(): boolean {
    return false;
  },
  is_sparse_csr(): boolean {
    return false;
  },
  name(): string | null {
    return this.extra?.name ?? null;
  },
  layout(): string {
    return "torch.strided";
  },
};

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
for (const [name, get] of Object.entries(properties)) {
  Object.defineProperty(Tensor.prototype, name, { get, configurable: true });
}
