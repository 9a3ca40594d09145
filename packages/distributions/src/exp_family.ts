import { NotImplementedError, type Tensor } from "@tt/core";
import { Distribution } from "./distribution.ts";

/**
 * Base of distributions of an exponential family, whose density is exp(<t(x), theta> - F(theta) + k(x)).
 * The entropy follows from the log normalizer F by automatic differentiation (import `@tt/autograd`).
 */
export abstract class ExponentialFamily extends Distribution {
  /** @internal the natural parameters theta */
  get _natural_params(): readonly Tensor[] {
    throw new NotImplementedError(`${this.constructor.name} does not define natural parameters`);
  }

  /** @internal F(theta) */
  _log_normalizer(..._natural_params: Tensor[]): Tensor {
    throw new NotImplementedError(`${this.constructor.name} does not define a log normalizer`);
  }

  /** @internal the expectation of k(x) */
  get _mean_carrier_measure(): number {
    throw new NotImplementedError(`${this.constructor.name} does not define a mean carrier measure`);
  }

  override entropy(): Tensor {
    const carrier = this._mean_carrier_measure;
    const [normalizer, params, gradients] = differentiatedNormalizer(this);
    let result = normalizer.sub(carrier);
    params.forEach((param, i) => {
      result = result.sub(
        param
          .mul(gradients[i]!)
          .reshape([...this._batch_shape, -1])
          .sum(-1),
      );
    });
    return result;
  }
}

/** The log normalizer at detached natural parameters, these, and its differentiable gradients. @internal */
export function differentiatedNormalizer(
  distribution: ExponentialFamily,
): [normalizer: Tensor, params: readonly Tensor[], gradients: readonly Tensor[]] {
  const params = distribution._natural_params.map((param) => param.detach().requires_grad_());
  const normalizer = distribution._log_normalizer(...params);
  normalizer.sum().backward({ create_graph: true, inputs: params });
  return [normalizer, params, params.map((param) => param.grad!)];
}
