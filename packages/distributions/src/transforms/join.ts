import { cat, stack, type Tensor, ValueError } from "@tt/core";
import { bindConstructor, type ConstructorArgs } from "../construct.ts";
import { cat as catConstraints, type Constraint, stack as stackConstraints } from "../constraints/index.ts";
import { _sum_rightmost } from "../utils.ts";
import { Transform, type TransformOptions } from "./transform.ts";

/** Arguments of {@link StackTransform}. */
export interface StackTransformOptions extends TransformOptions {
  readonly tseq: readonly Transform[];
  /** 0 by default. */
  readonly dim?: number;
}

/** Arguments of {@link CatTransform}. */
export interface CatTransformOptions extends StackTransformOptions {
  /** Size of each part along `dim`; ones by default. */
  readonly lengths?: readonly number[] | null;
}

function checkSize(x: Tensor, dim: number, size: number): void {
  if (dim < -x.ndim || dim >= x.ndim)
    throw new ValueError(`Expected dim in [${-x.ndim}, ${x.ndim - 1}] but got ${dim}`);
  const given = x.shape.at(dim)!;
  if (given !== size) throw new ValueError(`Expected size ${size} along dimension ${dim} but got ${given}`);
}

const cached = (tseq: readonly Transform[], cache_size: number): readonly Transform[] =>
  cache_size === 0 ? [...tseq] : tseq.map((t) => t.with_cache(cache_size));

/** Transforms for parts along `dim`, as `cat` joins them. */
export class CatTransform extends Transform {
  readonly transforms: readonly Transform[];
  readonly lengths: readonly number[];
  readonly dim: number;

  constructor(...args: ConstructorArgs<CatTransformOptions, ["tseq", "dim", "lengths", "cache_size"]>) {
    const [tseq, dim, lengths, cache_size] = bindConstructor<
      [readonly Transform[], number, readonly number[] | null, number]
    >("CatTransform(Any[] tseq, int dim=0, int[]? lengths=None, int cache_size=0)", args);
    super(cache_size);
    this.transforms = cached(tseq, cache_size);
    this.lengths = lengths ?? tseq.map(() => 1);
    if (this.lengths.length !== tseq.length) {
      throw new ValueError(`Expected a length for each of ${tseq.length} transforms but got ${this.lengths.length}`);
    }
    this.dim = dim;
  }

  /** @internal */
  override withCacheOf(cache_size: number): Transform {
    return new CatTransform(this.transforms, this.dim, this.lengths, cache_size);
  }

  override get event_dim(): number {
    return Math.max(...this.transforms.map((t) => t.event_dim));
  }

  /** The size along `dim`. */
  override get length(): number {
    return this.lengths.reduce((sum, n) => sum + n, 0);
  }

  override get domain(): Constraint {
    return catConstraints(
      this.transforms.map((t) => t.domain),
      this.dim,
      this.lengths,
    );
  }

  override get codomain(): Constraint {
    return catConstraints(
      this.transforms.map((t) => t.codomain),
      this.dim,
      this.lengths,
    );
  }

  override get bijective(): boolean {
    return this.transforms.every((t) => t.bijective);
  }

  private parts(x: Tensor): Tensor[] {
    checkSize(x, this.dim, this.length);
    let start = 0;
    return this.lengths.map((length) => {
      start += length;
      return x.narrow(this.dim, start - length, length);
    });
  }

  override _call(x: Tensor): Tensor {
    const parts = this.parts(x);
    return cat(
      this.transforms.map((t, i) => t(parts[i]!)),
      this.dim,
    );
  }

  override _inverse(y: Tensor): Tensor {
    const parts = this.parts(y);
    return cat(
      this.transforms.map((t, i) => t.inv(parts[i]!)),
      this.dim,
    );
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    const [xs, ys] = [this.parts(x), this.parts(y)];
    const terms = this.transforms.map((t, i) =>
      _sum_rightmost(t.log_abs_det_jacobian(xs[i]!, ys[i]!), this.event_dim - t.event_dim),
    );
    // Joined along a batch dimension, summed along one of the event.
    const dim = (this.dim >= 0 ? this.dim - x.ndim : this.dim) + this.event_dim;
    return dim < 0 ? cat(terms, dim) : terms.reduce((sum, term) => sum.add(term));
  }
}

/** Transforms for the slices along `dim`, as `stack` joins them. */
export class StackTransform extends Transform {
  readonly transforms: readonly Transform[];
  readonly dim: number;

  constructor(...args: ConstructorArgs<StackTransformOptions, ["tseq", "dim", "cache_size"]>) {
    const [tseq, dim, cache_size] = bindConstructor<[readonly Transform[], number, number]>(
      "StackTransform(Any[] tseq, int dim=0, int cache_size=0)",
      args,
    );
    super(cache_size);
    this.transforms = cached(tseq, cache_size);
    this.dim = dim;
  }

  /** @internal */
  override withCacheOf(cache_size: number): Transform {
    return new StackTransform(this.transforms, this.dim, cache_size);
  }

  override get domain(): Constraint {
    return stackConstraints(
      this.transforms.map((t) => t.domain),
      this.dim,
    );
  }

  override get codomain(): Constraint {
    return stackConstraints(
      this.transforms.map((t) => t.codomain),
      this.dim,
    );
  }

  override get bijective(): boolean {
    return this.transforms.every((t) => t.bijective);
  }

  private slices(x: Tensor): Tensor[] {
    checkSize(x, this.dim, this.transforms.length);
    return x.unbind(this.dim);
  }

  override _call(x: Tensor): Tensor {
    const slices = this.slices(x);
    return stack(
      this.transforms.map((t, i) => t(slices[i]!)),
      this.dim,
    );
  }

  override _inverse(y: Tensor): Tensor {
    const slices = this.slices(y);
    return stack(
      this.transforms.map((t, i) => t.inv(slices[i]!)),
      this.dim,
    );
  }

  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    const [xs, ys] = [this.slices(x), this.slices(y)];
    return stack(
      this.transforms.map((t, i) => t.log_abs_det_jacobian(xs[i]!, ys[i]!)),
      this.dim,
    );
  }
}
