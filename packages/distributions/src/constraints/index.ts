/** Regions in which parameters and samples are valid; PyTorch's `torch.distributions.constraints`. */
import type { TensorOrNumber } from "../utils.ts";
import { Cat, IndependentConstraint, Stack } from "./composite.ts";
import { type Constraint, type ConstraintFactory, factory } from "./constraint.ts";
import { Dependent, type StaticAttributes } from "./dependent.ts";
import { Boolean, IntegerGreaterThan, IntegerInterval, Multinomial, OneHot } from "./discrete.ts";
import { CorrCholesky, LowerCholesky, LowerTriangular, Simplex, Square, Symmetric } from "./matrix.ts";
import { GreaterThan, GreaterThanEq, HalfOpenInterval, Interval, LessThan, Real } from "./numeric.ts";

export { type ArgConstraints, Constraint, type ConstraintClass, type ConstraintFactory } from "./constraint.ts";
export { is_dependent, type StaticAttributes } from "./dependent.ts";
export { positive_definite, positive_semidefinite } from "./definite.ts";

type Bound = TensorOrNumber;

/** Depends on other variables; call it to say what is known of it: `dependent({ event_dim: 1 })`. */
export const dependent: Dependent & ((known?: StaticAttributes) => Dependent) = Object.setPrototypeOf(
  Object.assign((known: StaticAttributes = {}) => new Dependent(known), { known: {} }),
  Dependent.prototype,
) as Dependent & ((known?: StaticAttributes) => Dependent);
/** What a distribution's class says of a support that its instances compute. */
export const dependent_property = (known: StaticAttributes = {}): Dependent => new Dependent(known);
/** Events of `reinterpreted_batch_ndims` more dimensions. */
export const independent: ConstraintFactory<
  [base_constraint: Constraint, reinterpreted_batch_ndims: number],
  IndependentConstraint
> = factory(IndependentConstraint);
/** 0 and 1. */
export const boolean: Constraint = new Boolean();
/** One-hot vectors. */
export const one_hot: Constraint = new OneHot();
/** 0, 1, 2, ... */
export const nonnegative_integer: Constraint = new IntegerGreaterThan(0);
/** 1, 2, 3, ... */
export const positive_integer: Constraint = new IntegerGreaterThan(1);
/** Integers between two bounds, both included. */
export const integer_interval: ConstraintFactory<[lower_bound: Bound, upper_bound: Bound], IntegerInterval> =
  factory(IntegerInterval);
/** All numbers but NaN. */
export const real: Constraint = new Real();
/** Vectors of real numbers. */
export const real_vector: Constraint = new IndependentConstraint(real, 1);
/** Above zero. */
export const positive: Constraint = new GreaterThan(0);
/** Zero and above. */
export const nonnegative: Constraint = new GreaterThanEq(0);
/** Above a bound. */
export const greater_than: ConstraintFactory<[lower_bound: Bound], GreaterThan> = factory(GreaterThan);
/** At least a bound. */
export const greater_than_eq: ConstraintFactory<[lower_bound: Bound], GreaterThanEq> = factory(GreaterThanEq);
/** Below a bound. */
export const less_than: ConstraintFactory<[upper_bound: Bound], LessThan> = factory(LessThan);
/** Counts that sum to at most a bound. */
export const multinomial: ConstraintFactory<[upper_bound: Bound], Multinomial> = factory(Multinomial);
/** From 0 to 1. */
export const unit_interval: Constraint = new Interval(0, 1);
/** Between two bounds, both included. */
export const interval: ConstraintFactory<[lower_bound: Bound, upper_bound: Bound], Interval> = factory(Interval);
/** Between two bounds, the upper one excluded. */
export const half_open_interval: ConstraintFactory<[lower_bound: Bound, upper_bound: Bound], HalfOpenInterval> =
  factory(HalfOpenInterval);
/** Probability vectors. */
export const simplex: Constraint = new Simplex();
/** Lower triangular matrices. */
export const lower_triangular: Constraint = new LowerTriangular();
/** Lower triangular matrices with a positive diagonal. */
export const lower_cholesky: Constraint = new LowerCholesky();
/** Cholesky factors of correlation matrices. */
export const corr_cholesky: Constraint = new CorrCholesky();
/** Square matrices. */
export const square: Constraint = new Square();
/** Symmetric matrices. */
export const symmetric: Constraint = new Symmetric();
/** Different constraints for parts along a dimension. */
export const cat: ConstraintFactory<
  [cseq: readonly Constraint[], dim?: number, lengths?: readonly number[] | null],
  Cat
> = factory(Cat);
/** Different constraints for slices along a dimension. */
export const stack: ConstraintFactory<[cseq: readonly Constraint[], dim?: number], Stack> = factory(Stack);
