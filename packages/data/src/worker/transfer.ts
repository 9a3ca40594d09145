/** Values on their way between threads: tensors as their bytes, everything else as structured clones. */
import { type DType, DTYPES, empty, Tensor } from "@tt/core";
import { frombuffer } from "@tt/core/compat";
import { isRecord } from "../loader/collate.ts";

/** A value in a form that can be posted. */
export type Packed =
  | {
      readonly kind: "tensor";
      readonly device: string;
      readonly dtype: string;
      readonly shape: readonly number[];
      readonly buffer: ArrayBufferLike;
    }
  | { readonly kind: "list"; readonly items: readonly Packed[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly values: readonly Packed[] }
  | { readonly kind: "map"; readonly keys: readonly unknown[]; readonly values: readonly Packed[] }
  | { readonly kind: "plain"; readonly value: unknown };

/** A value ready to be posted, and the buffers that go with it. */
export interface Parcel {
  readonly packed: Packed;
  readonly buffers: readonly ArrayBuffer[];
}

export interface PackOptions {
  /** Puts tensors into memory that both threads see. */
  readonly shared?: boolean;
  /** The tensors are nobody else's: their memory may be given away. */
  readonly fresh?: boolean;
}

/** Packs a value. Tensors are copied, unless they are fresh. */
export function pack(value: unknown, options: PackOptions = {}): Parcel {
  const buffers: ArrayBuffer[] = [];
  return { packed: packed(value, options, buffers), buffers };
}

function packed(value: unknown, options: PackOptions, buffers: ArrayBuffer[]): Packed {
  if (value instanceof Tensor) {
    return {
      kind: "tensor",
      device: value.device.toString(),
      dtype: value.dtype.name,
      shape: [...value.shape],
      buffer: bytesOf(value, options, buffers),
    };
  }
  if (Array.isArray(value)) return { kind: "list", items: value.map((item) => packed(item, options, buffers)) };
  if (value instanceof Map) {
    return {
      kind: "map",
      keys: [...value.keys()],
      values: [...value.values()].map((one) => packed(one, options, buffers)),
    };
  }
  if (isRecord(value)) {
    return {
      kind: "record",
      keys: Object.keys(value),
      values: Object.values(value).map((one) => packed(one, options, buffers)),
    };
  }
  return { kind: "plain", value };
}

function bytesOf(tensor: Tensor, { shared, fresh }: PackOptions, buffers: ArrayBuffer[]): ArrayBufferLike {
  const { host, managed } = tensor.storage;
  const here = host !== null && !managed ? tensor.detach() : tensor.detach().to("cpu");
  const { array, offset, dtype, shape } = here.contiguous();
  const size = shape.reduce((product, n) => product * n, 1) * dtype.itemsize;
  const start = array.byteOffset + offset * dtype.itemsize;
  if (shared === true && typeof SharedArrayBuffer !== "undefined") {
    const memory = new SharedArrayBuffer(size);
    new Uint8Array(memory).set(new Uint8Array(array.buffer, start, size));
    return memory;
  }
  const memory = array.buffer as ArrayBuffer;
  const own = fresh === true && start === 0 && size === memory.byteLength && memory instanceof ArrayBuffer;
  const buffer = own && !buffers.includes(memory) ? memory : memory.slice(start, start + size);
  buffers.push(buffer);
  return buffer;
}

const BY_NAME: ReadonlyMap<string, DType> = new Map(DTYPES.map((dtype) => [dtype.name, dtype]));

const move = (tensor: Tensor, device: string): Tensor => tensor.to(device);

/**
 * The value again, its tensors on the devices they were on.
 *
 * @param bring - takes a tensor on the cpu, over the memory that came, to another device
 */
export function unpack(packed: Packed, bring: (tensor: Tensor, device: string) => Tensor = move): unknown {
  const again = (one: Packed): unknown => unpack(one, bring);
  switch (packed.kind) {
    case "tensor": {
      const { device, dtype, shape, buffer } = packed;
      const type = BY_NAME.get(dtype)!;
      const tensor = shape.includes(0)
        ? empty(shape, { dtype: type, device: "cpu" })
        : frombuffer(buffer, { dtype: type }).reshape(shape);
      return device === "cpu" ? tensor : bring(tensor, device);
    }
    case "list":
      return packed.items.map(again);
    case "record":
      return Object.fromEntries(packed.keys.map((key, i) => [key, again(packed.values[i]!)]));
    case "map":
      return new Map(packed.keys.map((key, i) => [key, again(packed.values[i]!)]));
    case "plain":
      return packed.value;
  }
}
