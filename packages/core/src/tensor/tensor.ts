/// <reference lib="esnext.disposable" preserve="true" />
import type { Device } from "../device.ts";
import type { DType, Scalar, TypedArray } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import { contiguousStrides, isContiguous, numelOf } from "../layout.ts";
import { memory, type Storage } from "../storage.ts";
import type { GradientEdgeSource } from "../dispatch/autograd.ts";
import type { TensorMethods } from "../ops/methods.gen.ts";
import type { TensorParts } from "../ops/pointwise/complex.ts";
import type { TensorTransposes } from "../ops/view/properties.ts";
import type { TensorDisposal } from "./disposal.ts";
import type { TensorFormer } from "./former.ts";
import type { TensorGrad } from "./grad.ts";
import type { TensorIndexing } from "./indexing.ts";
import type { TensorIntrospection } from "./introspection.ts";
import type { TensorValues } from "./values.ts";

/** Rarely present autograd state: hooks, retained gradients, how a view came to be. */
export interface TensorExtra {
  hooks?: Map<number, (grad: Tensor) => Tensor | null | undefined | void>;
  postAccumulateHooks?: Map<number, (tensor: Tensor) => void>;
  retainsGrad?: boolean;
  gradAccumulator?: GradientEdgeSource;
  name?: string;
  inference?: boolean;
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Tensor
  extends
    TensorMethods,
    TensorDisposal,
    TensorFormer,
    TensorGrad,
    TensorIndexing,
    TensorIntrospection,
    TensorParts,
    TensorTransposes,
    TensorValues {}

/**
 * An n-dimensional array of one dtype on one device: a shape and strides over a {@link Storage}.
 *
 * Make tensors with factories (`torch.tensor`, `torch.zeros`, ...); the constructor is for backends.
 */
export class Tensor {
  /** Memory, shared with views. */
  storage: Storage;
  dtype: DType;
  /** Sizes of the dimensions. */
  shape: readonly number[];
  /** Steps between neighbours of each dimension, in elements. */
  strides: readonly number[];
  /** First element, counted in elements from the start of the storage. */
  offset: number;
  /** @internal holds the version counter: the storage, or an own cell for `.data` */
  versionCell: { version: number };
  /** @internal the tensor this one is a differentiable view of (never itself a view) */
  base: Tensor | null = null;
  /** @internal version of the memory at which a view's node was made */
  viewVersion = 0;
  /** @internal how a view came to be, for in-place writes: 0 plainly, 1 without grad mode, 2 one of several */
  viewKind: 0 | 1 | 2 = 0;
  /** @internal */
  requiresGradFlag = false;
  /** @internal may be stale on views: read `grad_fn` */
  gradNode: GradientEdgeSource | null = null;
  /** @internal which output of `gradNode` this is */
  outputNr = 0;
  /** @internal */
  gradTensor: Tensor | null = null;
  /** @internal */
  extra: TensorExtra | null = null;
  /** 0 not known yet, 1 yes, 2 no */
  private contiguity: 0 | 1 | 2;

  /** @internal */
  constructor(
    storage: Storage,
    dtype: DType,
    shape: readonly number[],
    strides: readonly number[] | null = null,
    offset = 0,
    contiguity: 0 | 1 | 2 = strides === null ? 1 : 0,
  ) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides ?? contiguousStrides(shape);
    this.contiguity = contiguity;
    this.offset = offset;
    this.versionCell = storage;
  }

  get device(): Device {
    return this.storage.device;
  }

  /** @internal host memory of the whole storage, as this dtype's typed array */
  get array(): TypedArray {
    const host = this.storage.host;
    if (host === null) {
      throw new RuntimeError(
        `can't read a ${this.device.type} tensor from the host. Use tensor.to("cpu") or await tensor.toAsync("cpu") first.`,
      );
    }
    return host.constructor === this.dtype.ArrayType ? host : this.storage.as(this.dtype);
  }

  /** Whether elements lie in row-major order without gaps. */
  get contiguous_(): boolean {
    if (this.contiguity === 0) this.contiguity = isContiguous(this.shape, this.strides) ? 1 : 2;
    return this.contiguity === 1;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of dimensions. */
  dim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  numel(): number {
    return numelOf(this.shape);
  }

  /** Writes raise it; views share it. */
  get _version(): number {
    return this.versionCell.version;
  }

  /** @internal points this tensor at other memory (`x.data = y`, `set_`, `resize_`) */
  setLayout(
    storage: Storage,
    dtype: DType,
    shape: readonly number[],
    strides: readonly number[],
    offset: number,
  ): void {
    const own = this.versionCell !== this.storage;
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguity = 0;
    if (!own) this.versionCell = storage;
    memory.keep?.(this);
  }
}

/**
 * A tensor that modules register by itself as a parameter; requires grad unless told otherwise.
 * @example
 * ```ts
 * import { Parameter, rand } from "@tt/core";
 * import "@tt/autograd";
 * const weight = new Parameter(rand(3));
 * weight.requires_grad; // true
 * ```
 */
export class Parameter extends Tensor {
  /**
   * @param data - tensor whose memory the parameter shares
   * @param requires_grad - whether gradients are recorded
   */
  constructor(data: Tensor, requires_grad: boolean | { readonly requires_grad?: boolean } = true) {
    super(data.storage, data.dtype, data.shape, data.strides, data.offset);
    this.versionCell = data.versionCell;
    memory.keep?.(data);
    const wanted = typeof requires_grad === "boolean" ? requires_grad : (requires_grad.requires_grad ?? true);
    if (wanted) this.requires_grad = true;
  }
}

/** Whether `value` is a tensor. */
export function is_tensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/** What element-wise operands may be. */
export type TensorOrScalar = Tensor | Scalar;
