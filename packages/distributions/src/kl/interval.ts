import type { Tensor } from "@tt/core";
import { Bernoulli } from "../bernoulli.ts";
import { Beta } from "../beta.ts";
import { ContinuousBernoulli } from "../continuous_bernoulli.ts";
import { Exponential } from "../exponential.ts";
import { Gamma } from "../gamma.ts";
import { Gumbel } from "../gumbel.ts";
import { Normal } from "../normal.ts";
import { Pareto } from "../pareto.ts";
import { Poisson } from "../poisson.ts";
import { Uniform } from "../uniform.ts";
import { type KlRule, rule } from "./registry.ts";

const INF: number = Number.POSITIVE_INFINITY;

const xLogX = (x: Tensor): Tensor => x.mul(x.log());

function bernoulliPoisson(p: Bernoulli, q: Poisson): Tensor {
  return p.entropy().neg().sub(p.probs.mul(q.rate.log()).sub(q.rate));
}

const betaMean = (p: Beta): Tensor => p.concentration1.div(p.concentration1.add(p.concentration0));

function betaContinuousBernoulli(p: Beta, q: ContinuousBernoulli): Tensor {
  return p.entropy().neg().sub(p.mean.mul(q.logits)).sub(q.probs.neg().log1p()).sub(q._cont_bern_log_norm());
}

function betaExponential(p: Beta, q: Exponential): Tensor {
  return p
    .entropy()
    .neg()
    .sub(q.rate.log())
    .add(q.rate.mul(betaMean(p)));
}

function betaGamma(p: Beta, q: Gamma): Tensor {
  const total = p.concentration1.add(p.concentration0);
  const t2 = q.concentration.lgamma().sub(q.concentration.mul(q.rate.log()));
  const t3 = q.concentration.sub(1).mul(p.concentration1.digamma().sub(total.digamma()));
  const t4 = q.rate.mul(p.concentration1).div(total);
  return p.entropy().neg().add(t2).sub(t3).add(t4);
}

function betaNormal(p: Beta, q: Normal): Tensor {
  const mean = betaMean(p);
  const variance = q.scale.pow(2);
  const t2 = variance.mul(2).mul(Math.PI).log().mul(0.5);
  const spread = mean.mul(mean.rsub(1)).div(p.concentration1.add(p.concentration0).add(1));
  const t3 = spread.add(mean.pow(2)).mul(0.5);
  const rest = t3.sub(q.loc.mul(mean)).add(q.loc.pow(2).mul(0.5));
  return p.entropy().neg().add(t2).add(rest.div(variance));
}

function betaUniform(p: Beta, q: Uniform): Tensor {
  return p
    .entropy()
    .neg()
    .add(q.high.sub(q.low).log())
    .masked_fill(q.low.gt(0).logical_or(q.high.lt(1)), INF);
}

function continuousBernoulliExponential(p: ContinuousBernoulli, q: Exponential): Tensor {
  return p.entropy().neg().sub(q.rate.log()).add(q.rate.mul(p.mean));
}

function continuousBernoulliNormal(p: ContinuousBernoulli, q: Normal): Tensor {
  const { mean, variance } = p;
  const t2 = q.loc
    .div(q.scale)
    .square()
    .add(Math.log(2 * Math.PI))
    .mul(0.5)
    .add(q.scale.log());
  const t3 = variance.add(mean.square()).sub(q.loc.mul(2).mul(mean)).div(q.scale.square().mul(2));
  return p.entropy().neg().add(t2).add(t3);
}

function continuousBernoulliUniform(p: ContinuousBernoulli, q: Uniform): Tensor {
  const result = p.entropy().neg().add(q.high.sub(q.low).log());
  return result.masked_fill(q.low.ge(0).logical_or(q.high.le(1)), INF);
}

function uniformBeta(p: Uniform, q: Beta): Tensor {
  const width = p.high.sub(p.low);
  const low = xLogX(p.high).sub(xLogX(p.low)).sub(width).div(width);
  const high = xLogX(p.high.rsub(1))
    .sub(xLogX(p.low.rsub(1)))
    .add(width)
    .div(width);
  const t2 = q.concentration1.sub(1).mul(low);
  const t3 = q.concentration0.sub(1).mul(high);
  const t4 = q.concentration1
    .lgamma()
    .add(q.concentration0.lgamma())
    .sub(q.concentration1.add(q.concentration0).lgamma());
  return t3
    .add(t4)
    .sub(width.log())
    .sub(t2)
    .masked_fill(p.high.gt(1).logical_or(p.low.lt(0)), INF);
}

function uniformContinuousBernoulli(p: Uniform, q: ContinuousBernoulli): Tensor {
  const result = p.entropy().neg().sub(p.mean.mul(q.logits)).sub(q.probs.neg().log1p()).sub(q._cont_bern_log_norm());
  return result.masked_fill(p.high.ge(1).logical_or(p.low.le(0)), INF);
}

function uniformExponential(p: Uniform, q: Exponential): Tensor {
  const result = q.rate.mul(p.high.add(p.low)).div(2).sub(p.high.sub(p.low).mul(q.rate).log());
  return result.masked_fill(p.low.lt(0), INF);
}

function uniformGamma(p: Uniform, q: Gamma): Tensor {
  const width = p.high.sub(p.low);
  const t2 = q.concentration.lgamma().sub(q.concentration.mul(q.rate.log()));
  const t3 = q.concentration
    .rsub(1)
    .mul(xLogX(p.high).sub(xLogX(p.low)).sub(width))
    .div(width);
  const t4 = q.rate.mul(p.high.add(p.low)).div(2);
  return width.log().neg().add(t2).add(t3).add(t4).masked_fill(p.low.lt(0), INF);
}

function uniformGumbel(p: Uniform, q: Gumbel): Tensor {
  const common = q.scale.div(p.high.sub(p.low));
  const high = p.high.sub(q.loc).div(q.scale);
  const low = p.low.sub(q.loc).div(q.scale);
  const t1 = common.log().add(high.add(low).mul(0.5));
  return t1.sub(common.mul(high.neg().exp().sub(low.neg().exp())));
}

function uniformNormal(p: Uniform, q: Normal): Tensor {
  const width = p.high.sub(p.low);
  const t1 = q.scale
    .mul(Math.sqrt(2 * Math.PI))
    .div(width)
    .log();
  const t3 = p.high.add(p.low).sub(q.loc.mul(2)).div(2).pow(2);
  return t1.add(width.pow(2).div(12).add(t3).mul(0.5).div(q.scale.pow(2)));
}

function uniformPareto(p: Uniform, q: Pareto): Tensor {
  const width = p.high.sub(p.low);
  const t1 = q.alpha.mul(q.scale.pow(q.alpha)).mul(width).log();
  const t2 = xLogX(p.high).sub(xLogX(p.low)).sub(width).div(width);
  return t2.mul(q.alpha.add(1)).sub(t1).masked_fill(p.low.lt(q.scale), INF);
}

/** From distributions of intervals, and of 0 and 1, to others. */
export const interval: readonly KlRule[] = [
  rule(Bernoulli, Poisson, bernoulliPoisson),
  rule(Beta, ContinuousBernoulli, betaContinuousBernoulli),
  rule(Beta, Exponential, betaExponential),
  rule(Beta, Gamma, betaGamma),
  rule(Beta, Normal, betaNormal),
  rule(Beta, Uniform, betaUniform),
  rule(ContinuousBernoulli, Exponential, continuousBernoulliExponential),
  rule(ContinuousBernoulli, Normal, continuousBernoulliNormal),
  rule(ContinuousBernoulli, Uniform, continuousBernoulliUniform),
  rule(Uniform, Beta, uniformBeta),
  rule(Uniform, ContinuousBernoulli, uniformContinuousBernoulli),
  rule(Uniform, Exponential, uniformExponential),
  rule(Uniform, Gamma, uniformGamma),
  rule(Uniform, Gumbel, uniformGumbel),
  rule(Uniform, Normal, uniformNormal),
  rule(Uniform, Pareto, uniformPareto),
];
