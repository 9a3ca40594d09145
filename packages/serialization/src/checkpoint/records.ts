/** What a checkpoint says about tensors, before any tensor exists. */
import type { DType } from "@tt/core";

/** The memory that one or more tensors view. */
export class StorageRecord {
  readonly key: string;
  readonly dtype: DType;
  /** In elements of `dtype`. */
  readonly numel: number;
  readonly location: string;

  constructor(key: string, dtype: DType, numel: number, location: string) {
    this.key = key;
    this.dtype = dtype;
    this.numel = numel;
    this.location = location;
  }

  get nbytes(): number {
    return this.numel * this.dtype.itemsize;
  }
}

/** A strided view of a storage; `storage` is undefined for tensors of the meta device. */
export class TensorRecord {
  readonly storage: StorageRecord | undefined;
  readonly dtype: DType;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly requires_grad: boolean;
  /** What PyTorch puts off: it keeps conjugates and negatives as a flag on the original's memory. */
  readonly pending: { readonly conj: boolean; readonly neg: boolean };

  constructor(
    storage: StorageRecord | undefined,
    dtype: DType,
    offset: number,
    size: readonly number[],
    stride: readonly number[],
    requires_grad: boolean,
    pending: TensorRecord["pending"] = { conj: false, neg: false },
  ) {
    this.storage = storage;
    this.dtype = dtype;
    this.offset = offset;
    this.size = size;
    this.stride = stride;
    this.requires_grad = requires_grad;
    this.pending = pending;
  }
}

export class ParameterRecord {
  readonly data: TensorRecord;
  readonly requires_grad: boolean;

  constructor(data: TensorRecord, requires_grad: boolean) {
    this.data = data;
    this.requires_grad = requires_grad;
  }
}

export type SparseLayout = "sparse_coo" | "sparse_csr" | "sparse_csc" | "sparse_bsr" | "sparse_bsc";

export class SparseRecord {
  readonly layout: SparseLayout;
  /** Indices and values; two lists of indices, the compressed one first, but for COO. */
  readonly parts: readonly TensorRecord[];
  readonly size: readonly number[];
  readonly coalesced: boolean;

  constructor(layout: SparseLayout, parts: readonly TensorRecord[], size: readonly number[], coalesced: boolean) {
    this.layout = layout;
    this.parts = parts;
    this.size = size;
    this.coalesced = coalesced;
  }
}

/** `torch.device(type, index)`. */
export class DeviceRecord {
  readonly type: string;
  readonly index: number | undefined;

  constructor(type: string, index: number | undefined) {
    this.type = type;
    this.index = index;
  }
}

/** A class such as `torch.FloatStorage`, named by storages. */
export class StorageType {
  readonly dtype: DType;

  constructor(dtype: DType) {
    this.dtype = dtype;
  }
}

/** `torch.strided` and its like. */
export class Layout {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}
