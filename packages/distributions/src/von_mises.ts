import { bool, no_grad, rand, type Tensor, where, zeros } from "@tt/core";
import { bindConstructor, type ConstructorArgs, type ValidateOptions } from "./construct.ts";
import { type ArgConstraints, type Constraint, positive, real } from "./constraints/index.ts";
import { Distribution, type Shape } from "./distribution.ts";
import { broadcast_all, type TensorOrNumber } from "./utils.ts";

/** Arguments of {@link VonMises}. */
export interface VonMisesOptions extends ValidateOptions {
  /** An angle in radians. */
  readonly loc: TensorOrNumber;
  readonly concentration: TensorOrNumber;
}

// Abramowitz and Stegun 9.8.1 to 9.8.4.
const SMALL: readonly (readonly number[])[] = [
  [1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2],
  [0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3],
];
const LARGE: readonly (readonly number[])[] = [
  [
    0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2, -0.2057706e-1, 0.2635537e-1, -0.1647633e-1,
    0.392377e-2,
  ],
  [
    0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1, 0.2282967e-1, -0.2895312e-1, 0.1787654e-1,
    -0.420059e-2,
  ],
];

function polynomial(y: Tensor, coefficients: readonly number[]): Tensor {
  const last = coefficients.length - 1;
  let result = y.mul(coefficients[last]!).add(coefficients[last - 1]!);
  for (let i = last - 2; i >= 0; i--) result = y.mul(result).add(coefficients[i]!);
  return result;
}

/** log(I_order(x)) of the modified Bessel function, for x > 0. */
function logBessel(x: Tensor, order: 0 | 1): Tensor {
  let small = polynomial(x.div(3.75).square(), SMALL[order]!);
  if (order === 1) small = x.abs().mul(small);
  const large = x.sub(x.log().mul(0.5)).add(polynomial(x.reciprocal().mul(3.75), LARGE[order]!).log());
  return where(x.lt(3.75), small.log(), large);
}

/**
 * The von Mises distribution of angles. `loc` and values may be any numbers and count modulo 2 pi; samples lie in
 * [-pi, pi).
 */
export class VonMises extends Distribution {
  static override readonly arg_constraints: ArgConstraints<"loc" | "concentration"> = {
    loc: real,
    concentration: positive,
  };
  static override readonly support: Constraint = real;
  readonly loc: Tensor;
  readonly concentration: Tensor;

  constructor(...args: ConstructorArgs<VonMisesOptions, ["loc", "concentration", "validate_args"]>) {
    super();
    const [loc, concentration, validate_args] = bindConstructor<[TensorOrNumber, TensorOrNumber, boolean | null]>(
      "VonMises(Any loc, Any concentration, bool? validate_args=None)",
      args,
    );
    [this.loc, this.concentration] = broadcast_all(loc, concentration);
    this.init(this.loc.shape, [], validate_args);
  }

  override expand(batch_shape: Shape, _instance?: this): this {
    return this._expand_parameters(["loc", "concentration"], batch_shape, _instance);
  }

  override log_prob(value: Tensor): Tensor {
    if (this._validate_args) this._validate_sample(value);
    return this.concentration
      .mul(value.sub(this.loc).cos())
      .sub(Math.log(2 * Math.PI))
      .sub(logBessel(this.concentration, 0));
  }

  /** Best and Fisher, "Efficient simulation of the von Mises distribution" (Applied Statistics, 1979). */
  override sample(sample_shape: Shape = []): Tensor {
    return no_grad(() => this.rejectionSample(this._extended_shape(sample_shape)));
  }

  private rejectionSample(shape: Shape): Tensor {
    const { loc, concentration } = this;
    const options = { dtype: loc.dtype, device: loc.device };
    const tau = concentration.pow(2).mul(4).add(1).sqrt().add(1);
    const rho = tau.sub(tau.mul(2).sqrt()).div(concentration.mul(2));
    const r = rho.pow(2).add(1).div(rho.mul(2));
    let x = zeros(shape, options);
    let done = zeros(shape, { dtype: bool, device: loc.device });
    while (!done.all().item()) {
      const [u1, u2, u3] = rand([3, ...shape], options).unbind() as [Tensor, Tensor, Tensor];
      const z = u1.mul(Math.PI).cos();
      const f = r.mul(z).add(1).div(r.add(z));
      const c = concentration.mul(r.sub(f));
      const accept = c.mul(c.rsub(2)).sub(u2).gt(0).logical_or(c.div(u2).log().add(1).sub(c).ge(0));
      x = where(accept, u3.sub(0.5).sign().mul(f.acos()), x);
      done = done.logical_or(accept);
    }
    return x
      .add(Math.PI)
      .add(loc)
      .remainder(2 * Math.PI)
      .sub(Math.PI);
  }

  /** The circular mean. */
  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  /** The circular variance. */
  override get variance(): Tensor {
    return logBessel(this.concentration, 1).sub(logBessel(this.concentration, 0)).exp().rsub(1);
  }
}
