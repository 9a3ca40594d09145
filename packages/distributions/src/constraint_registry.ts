import { NotImplementedError, Tensor } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { Callable } from "./callable.ts";
import { Cat, IndependentConstraint, Stack } from "./constraints/composite.ts";
import { Constraint, type ConstraintClass } from "./constraints/constraint.ts";
import { CorrCholesky, LowerCholesky, Simplex } from "./constraints/matrix.ts";
import { GreaterThan, GreaterThanEq, HalfOpenInterval, Interval, LessThan, Real } from "./constraints/numeric.ts";
import { AffineTransform } from "./transforms/affine.ts";
import { CorrCholeskyTransform, LowerCholeskyTransform } from "./transforms/cholesky.ts";
import { ComposeTransform, identity_transform, IndependentTransform } from "./transforms/compose.ts";
import { ExpTransform, SigmoidTransform } from "./transforms/elementwise.ts";
import { CatTransform, StackTransform } from "./transforms/join.ts";
import { SoftmaxTransform, StickBreakingTransform } from "./transforms/simplex.ts";
import type { Transform } from "./transforms/transform.ts";

/** Makes the transform for a constraint. */
export type TransformFactory<T extends Constraint = Constraint> = (constraint: T) => Transform;

type Registrable<T extends Constraint> = T | ConstraintClass<T> | { readonly type: ConstraintClass<T> };

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface ConstraintRegistry {
  /**
   * The transform from the real numbers to the region of `constraint`.
   * @throws NotImplementedError when none is registered for its class
   */
  (constraint: Constraint): Transform;
}

/** Finds transforms for constraints by their class; call it with a constraint. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class ConstraintRegistry extends Callable {
  private readonly factories: Map<object, TransformFactory<never>>;

  constructor(entries: Iterable<readonly [ConstraintClass, TransformFactory<never>]> = []) {
    super();
    this.factories = new Map(entries);
  }

  /**
   * Registers `factory` for a class of constraints.
   * @param constraint - the class, a function that makes its constraints (`constraints.interval`), or one of them
   * @returns the factory
   */
  register<T extends Constraint>(constraint: Registrable<T>, factory: TransformFactory<T>): TransformFactory<T> {
    this.factories.set(classOf(constraint), factory);
    return factory;
  }

  /** @internal */
  call_(constraint: Constraint): Transform {
    const factory = this.factories.get(constraint.constructor) as TransformFactory | undefined;
    if (factory === undefined) {
      throw new NotImplementedError(`Cannot transform ${constraint.constructor.name} constraints`);
    }
    return factory(constraint);
  }
}

function classOf(constraint: Registrable<Constraint>): object {
  if (constraint instanceof Constraint) return constraint.constructor;
  const type = "type" in constraint ? constraint.type : constraint;
  if (typeof type === "function" && (type as { prototype: unknown }).prototype instanceof Constraint) return type;
  throw new TypeError(
    `Expected constraint to be either a Constraint subclass or instance, but got ${pythonTypeName(type)}`,
  );
}

type Entry = readonly [ConstraintClass, TransformFactory<never>];

function between({ lower_bound, upper_bound }: Interval): Transform {
  if (lower_bound === 0 && upper_bound === 1) return new SigmoidTransform();
  const width =
    upper_bound instanceof Tensor
      ? upper_bound.sub(lower_bound)
      : lower_bound instanceof Tensor
        ? lower_bound.rsub(upper_bound)
        : upper_bound - lower_bound;
  return new ComposeTransform([new SigmoidTransform(), new AffineTransform(lower_bound, width)]);
}

const above = ({ lower_bound }: GreaterThan | GreaterThanEq): Transform =>
  new ComposeTransform([new ExpTransform(), new AffineTransform(lower_bound, 1)]);

/** What both registries hold; `find` looks up the constraints of parts. */
const shared = (find: (constraint: Constraint) => Transform): Entry[] => [
  [Real, () => identity_transform],
  [
    IndependentConstraint,
    (c: IndependentConstraint) => new IndependentTransform(find(c.base_constraint), c.reinterpreted_batch_ndims),
  ],
  [GreaterThan, above],
  [GreaterThanEq, above],
  [LessThan, (c: LessThan) => new ComposeTransform([new ExpTransform(), new AffineTransform(c.upper_bound, -1)])],
  [Interval, between],
  [HalfOpenInterval, between],
  [CorrCholesky, () => new CorrCholeskyTransform()],
  [Cat, (c: Cat) => new CatTransform(c.cseq.map(find), c.dim, c.lengths)],
  [Stack, (c: Stack) => new StackTransform(c.cseq.map(find), c.dim)],
];

/**
 * Bijective transforms from the real numbers, for samplers such as Hamiltonian Monte Carlo.
 *
 * @example
 * ```ts
 * import { zeros } from "@tt/core";
 * import { biject_to, constraints } from "@tt/distributions";
 * biject_to(constraints.simplex)(zeros(1)).tolist(); // [0.5, 0.5]
 * ```
 */
export const biject_to: ConstraintRegistry = new ConstraintRegistry([
  ...shared((constraint) => biject_to(constraint)),
  [Simplex, () => new StickBreakingTransform()],
]);

/**
 * Transforms from the real numbers that need not be bijective, for optimizing constrained parameters.
 *
 * @example
 * ```ts
 * import { zeros } from "@tt/core";
 * import { Normal, transform_to } from "@tt/distributions";
 * transform_to(Normal.arg_constraints.scale)(zeros(1)).tolist(); // [1]
 * ```
 */
export const transform_to: ConstraintRegistry = new ConstraintRegistry([
  ...shared((constraint) => transform_to(constraint)),
  [Simplex, () => new SoftmaxTransform()],
  [LowerCholesky, () => new LowerCholeskyTransform()],
]);
