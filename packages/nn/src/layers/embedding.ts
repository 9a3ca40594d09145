import { empty, no_grad, Parameter, RuntimeError, type Tensor, ValueError } from "@tt/core";
import * as F from "../functional/index.ts";
import { normal_ } from "../init/index.ts";
import { bindConstructor, type ConstructorArgs, pyFloat } from "../module/construct.ts";
import { Module } from "../module/module.ts";
import { factory, type FactoryOptions } from "./linear.ts";

interface EmbeddingArgs extends FactoryOptions {
  num_embeddings: number;
  embedding_dim: number;
  padding_idx?: number | null;
  max_norm?: number | null;
  norm_type?: number;
  scale_grad_by_freq?: boolean;
  sparse?: boolean;
  _weight?: Tensor | null;
}

function checkPadding(padding: number | null, count: number): number | null {
  if (padding === null) return null;
  if (padding >= count || padding < -count) throw new ValueError("Padding_idx must be within num_embeddings");
  return padding < 0 ? padding + count : padding;
}

/**
 * A table of vectors: int64 indices of any shape to [..., embedding_dim].
 * @example
 * ```ts
 * import { tensor, int64 } from "@tt/core";
 * import { Embedding } from "@tt/nn";
 * new Embedding(10, 3)(tensor([1, 2, 4], { dtype: int64 })).shape; // [3, 3]
 * ```
 */
export class Embedding extends Module {
  readonly num_embeddings: number;
  readonly embedding_dim: number;
  readonly padding_idx: number | null;
  readonly max_norm: number | null;
  readonly norm_type: number;
  readonly scale_grad_by_freq: boolean;
  readonly sparse: boolean;
  weight: Parameter;

  constructor(
    ...args: ConstructorArgs<
      EmbeddingArgs,
      [
        "num_embeddings",
        "embedding_dim",
        "padding_idx",
        "max_norm",
        "norm_type",
        "scale_grad_by_freq",
        "sparse",
        "_weight",
        "device",
        "dtype",
      ]
    >
  ) {
    super();
    type Bound = [
      number,
      number,
      number | null,
      number | null,
      number,
      boolean,
      boolean,
      Tensor | null,
      unknown,
      unknown,
    ];
    const [count, width, padding, max_norm, norm_type, scale, sparse, weight, device, dtype] = bindConstructor<Bound>(
      "Embedding(int num_embeddings, int embedding_dim, int? padding_idx=None, float? max_norm=None, float norm_type=2, bool scale_grad_by_freq=False, bool sparse=False, Tensor? _weight=None, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    this.num_embeddings = count;
    this.embedding_dim = width;
    this.padding_idx = checkPadding(padding, count);
    this.max_norm = max_norm;
    this.norm_type = norm_type;
    this.scale_grad_by_freq = scale;
    this.sparse = sparse;
    if (weight === null) {
      this.weight = new Parameter(empty([count, width], factory(device, dtype)));
      this.reset_parameters();
    } else {
      if (weight.shape[0] !== count || weight.shape[1] !== width) {
        throw new RuntimeError("Shape of weight does not match num_embeddings and embedding_dim");
      }
      this.weight = new Parameter(weight);
    }
  }

  /** An embedding with given vectors, fixed unless `freeze` is false. */
  static from_pretrained(
    embeddings: Tensor,
    options: { freeze?: boolean } & Omit<EmbeddingArgs, "num_embeddings" | "embedding_dim" | "_weight"> = {},
  ): Embedding {
    if (embeddings.ndim !== 2) throw new RuntimeError("Embeddings parameter is expected to be 2-dimensional");
    const { freeze = true, ...rest } = options;
    const [num_embeddings, embedding_dim] = embeddings.shape as [number, number];
    const module = new Embedding({ num_embeddings, embedding_dim, _weight: embeddings, ...rest });
    module.weight.requires_grad = !freeze;
    return module;
  }

  /** Draws the table anew; the padding vector is zero. */
  reset_parameters(): void {
    normal_(this.weight);
    const { padding_idx } = this;
    if (padding_idx !== null) no_grad(() => this.weight.select(0, padding_idx).fill_(0));
  }

  override forward(input: Tensor): Tensor {
    const { padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse } = this;
    return F.embedding(input, this.weight, { padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse });
  }

  override extra_repr(): string {
    let text = `${this.num_embeddings}, ${this.embedding_dim}`;
    if (this.padding_idx !== null) text += `, padding_idx=${this.padding_idx}`;
    if (this.max_norm !== null) text += `, max_norm=${pyFloat(this.max_norm)}`;
    if (this.norm_type !== 2) text += `, norm_type=${pyFloat(this.norm_type)}`;
    if (this.scale_grad_by_freq) text += ", scale_grad_by_freq=True";
    if (this.sparse) text += ", sparse=True";
    return text;
  }
}

interface BagArgs extends Omit<EmbeddingArgs, "padding_idx"> {
  mode?: "sum" | "mean" | "max";
  include_last_offset?: boolean;
  padding_idx?: number | null;
}

/** Sums, means or maxima of bags of vectors of a table. */
export class EmbeddingBag extends Module {
  readonly num_embeddings: number;
  readonly embedding_dim: number;
  readonly max_norm: number | null;
  readonly norm_type: number;
  readonly scale_grad_by_freq: boolean;
  readonly mode: string;
  readonly sparse: boolean;
  readonly include_last_offset: boolean;
  readonly padding_idx: number | null;
  weight: Parameter;

  constructor(
    ...args: ConstructorArgs<
      BagArgs,
      [
        "num_embeddings",
        "embedding_dim",
        "max_norm",
        "norm_type",
        "scale_grad_by_freq",
        "mode",
        "sparse",
        "_weight",
        "include_last_offset",
        "padding_idx",
        "device",
        "dtype",
      ]
    >
  ) {
    super();
    type Bound = [
      number,
      number,
      number | null,
      number,
      boolean,
      string,
      boolean,
      Tensor | null,
      boolean,
      number | null,
      unknown,
      unknown,
    ];
    const [count, width, max_norm, norm_type, scale, mode, sparse, weight, include, padding, device, dtype] =
      bindConstructor<Bound>(
        'EmbeddingBag(int num_embeddings, int embedding_dim, float? max_norm=None, float norm_type=2, bool scale_grad_by_freq=False, str mode="mean", bool sparse=False, Tensor? _weight=None, bool include_last_offset=False, int? padding_idx=None, Device? device=None, ScalarType? dtype=None)',
        args,
      );
    this.num_embeddings = count;
    this.embedding_dim = width;
    this.max_norm = max_norm;
    this.norm_type = norm_type;
    this.scale_grad_by_freq = scale;
    this.mode = mode;
    this.sparse = sparse;
    this.include_last_offset = include;
    this.padding_idx = checkPadding(padding, count);
    this.weight = new Parameter(weight ?? empty([count, width], factory(device, dtype)));
    if (weight === null) this.reset_parameters();
  }

  /** Draws the table anew; the padding vector is zero. */
  reset_parameters(): void {
    normal_(this.weight);
    const { padding_idx } = this;
    if (padding_idx !== null) no_grad(() => this.weight.select(0, padding_idx).fill_(0));
  }

  override forward(input: Tensor, offsets: Tensor | null = null, per_sample_weights: Tensor | null = null): Tensor {
    const { max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_idx } = this;
    return F.embedding_bag(input, this.weight, {
      offsets,
      max_norm,
      norm_type,
      scale_grad_by_freq,
      mode,
      sparse,
      per_sample_weights,
      include_last_offset,
      padding_idx,
    });
  }

  override extra_repr(): string {
    let text = `${this.num_embeddings}, ${this.embedding_dim}`;
    if (this.max_norm !== null) text += `, max_norm=${pyFloat(this.max_norm)}`;
    if (this.norm_type !== 2) text += `, norm_type=${pyFloat(this.norm_type)}`;
    if (this.scale_grad_by_freq) text += ", scale_grad_by_freq=True";
    text += `, mode=${this.mode}`;
    if (this.padding_idx !== null) text += `, padding_idx=${this.padding_idx}`;
    return text;
  }
}
