import { NotImplementedError, type Tensor } from "@tt/core";
import { Bernoulli } from "../bernoulli.ts";
import { Beta } from "../beta.ts";
import { Binomial } from "../binomial.ts";
import { Categorical } from "../categorical.ts";
import { Cauchy } from "../cauchy.ts";
import { ContinuousBernoulli } from "../continuous_bernoulli.ts";
import { Dirichlet } from "../dirichlet.ts";
import { differentiatedNormalizer, ExponentialFamily } from "../exp_family.ts";
import { Exponential } from "../exponential.ts";
import { softplus } from "../functional.ts";
import { Gamma } from "../gamma.ts";
import { Geometric } from "../geometric.ts";
import { Gumbel } from "../gumbel.ts";
import { HalfNormal } from "../half_normal.ts";
import { Laplace } from "../laplace.ts";
import { Normal } from "../normal.ts";
import { OneHotCategorical } from "../one_hot_categorical.ts";
import { Pareto } from "../pareto.ts";
import { Poisson } from "../poisson.ts";
import { Uniform } from "../uniform.ts";
import { _sum_rightmost, euler_constant } from "../utils.ts";
import { type KlRule, rule } from "./registry.ts";

const INF: number = Number.POSITIVE_INFINITY;

function bernoulli(p: Bernoulli, q: Bernoulli): Tensor {
  const one = p.probs
    .mul(softplus(q.logits.neg()).sub(softplus(p.logits.neg())))
    .masked_fill(q.probs.eq(0), INF)
    .masked_fill(p.probs.eq(0), 0);
  const zero = p.probs
    .rsub(1)
    .mul(softplus(q.logits).sub(softplus(p.logits)))
    .masked_fill(q.probs.eq(1), INF)
    .masked_fill(p.probs.eq(1), 0);
  return one.add(zero);
}

function beta(p: Beta, q: Beta): Tensor {
  const sum_p = p.concentration1.add(p.concentration0);
  const sum_q = q.concentration1.add(q.concentration0);
  const t1 = q.concentration1.lgamma().add(q.concentration0.lgamma()).add(sum_p.lgamma());
  const t2 = p.concentration1.lgamma().add(p.concentration0.lgamma()).add(sum_q.lgamma());
  const t3 = p.concentration1.sub(q.concentration1).mul(p.concentration1.digamma());
  const t4 = p.concentration0.sub(q.concentration0).mul(p.concentration0.digamma());
  const t5 = sum_q.sub(sum_p).mul(sum_p.digamma());
  return t1.sub(t2).add(t3).add(t4).add(t5);
}

// https://math.stackexchange.com/questions/2214993
function binomial(p: Binomial, q: Binomial): Tensor {
  if (p.total_count.lt(q.total_count).any().item()) {
    throw new NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented");
  }
  const one = p.probs.mul(p.logits.sub(q.logits)).add(p.probs.neg().log1p()).sub(q.probs.neg().log1p());
  return p.total_count.mul(one).masked_fill(p.total_count.gt(q.total_count), INF);
}

function categorical(p: Categorical, q: Categorical): Tensor {
  return p.probs.mul(p.logits.sub(q.logits)).masked_fill(q.probs.eq(0), INF).masked_fill(p.probs.eq(0), 0).sum(-1);
}

function continuousBernoulli(p: ContinuousBernoulli, q: ContinuousBernoulli): Tensor {
  const t1 = p.mean.mul(p.logits.sub(q.logits));
  const t2 = p._cont_bern_log_norm().add(p.probs.neg().log1p());
  const t3 = q._cont_bern_log_norm().neg().sub(q.probs.neg().log1p());
  return t1.add(t2).add(t3);
}

function dirichlet(p: Dirichlet, q: Dirichlet): Tensor {
  const sum_p = p.concentration.sum(-1);
  const sum_q = q.concentration.sum(-1);
  const t1 = sum_p.lgamma().sub(sum_q.lgamma());
  const t2 = p.concentration.lgamma().sub(q.concentration.lgamma()).sum(-1);
  const t3 = p.concentration.sub(q.concentration);
  const t4 = p.concentration.digamma().sub(sum_p.digamma().unsqueeze(-1));
  return t1.sub(t2).add(t3.mul(t4).sum(-1));
}

function exponential(p: Exponential, q: Exponential): Tensor {
  const ratio = q.rate.div(p.rate);
  return ratio.log().neg().add(ratio).sub(1);
}

function exponentialFamily(p: ExponentialFamily, q: ExponentialFamily): Tensor {
  if (p.constructor !== q.constructor) {
    throw new NotImplementedError(
      "The cross KL-divergence between different exponential families cannot be computed using Bregman divergences",
    );
  }
  const [normalizer, params, gradients] = differentiatedNormalizer(p);
  const others = q._natural_params;
  let result = q._log_normalizer(...others).sub(normalizer);
  params.forEach((param, i) => {
    const term = others[i]!.sub(param).mul(gradients[i]!);
    result = result.sub(_sum_rightmost(term, q.event_shape.length));
  });
  return result;
}

function gamma(p: Gamma, q: Gamma): Tensor {
  const t1 = q.concentration.mul(p.rate.div(q.rate).log());
  const t2 = q.concentration.lgamma().sub(p.concentration.lgamma());
  const t3 = p.concentration.sub(q.concentration).mul(p.concentration.digamma());
  const t4 = q.rate.sub(p.rate).mul(p.concentration.div(p.rate));
  return t1.add(t2).add(t3).add(t4);
}

function gumbel(p: Gumbel, q: Gumbel): Tensor {
  const ratio = p.scale.div(q.scale);
  const own = q.loc.div(q.scale);
  const other = p.loc.div(q.scale);
  const t1 = ratio.log().neg().sub(own).add(other);
  const t2 = ratio.mul(euler_constant);
  const t3 = own.add(ratio.add(1).lgamma()).sub(other).exp();
  return t1
    .add(t2)
    .add(t3)
    .sub(1 + euler_constant);
}

function geometric(p: Geometric, q: Geometric): Tensor {
  return p.entropy().neg().sub(q.probs.neg().log1p().div(p.probs)).sub(q.logits);
}

// Gil, "On Renyi divergence measures for continuous alphabet sources" (2011), for this and for Pareto.
function laplace(p: Laplace, q: Laplace): Tensor {
  const ratio = p.scale.div(q.scale);
  const distance = p.loc.sub(q.loc).abs();
  const t3 = ratio.mul(distance.neg().div(p.scale).exp());
  return ratio.log().neg().add(distance.div(q.scale)).add(t3).sub(1);
}

function normal(p: Normal, q: Normal): Tensor {
  const ratio = p.scale.div(q.scale).pow(2);
  const t1 = p.loc.sub(q.loc).div(q.scale).pow(2);
  return ratio.add(t1).sub(1).sub(ratio.log()).mul(0.5);
}

function pareto(p: Pareto, q: Pareto): Tensor {
  const ratio = q.alpha.div(p.alpha);
  const t1 = q.alpha.mul(p.scale.div(q.scale).log());
  return t1.sub(ratio.log()).add(ratio).sub(1).masked_fill(p.scale.lt(q.scale), INF);
}

function poisson(p: Poisson, q: Poisson): Tensor {
  return p.rate.mul(p.rate.log().sub(q.rate.log())).sub(p.rate.sub(q.rate));
}

function uniform(p: Uniform, q: Uniform): Tensor {
  const result = q.high.sub(q.low).div(p.high.sub(p.low)).log();
  return result.masked_fill(q.low.gt(p.low).logical_or(q.high.lt(p.high)), INF);
}

// https://arxiv.org/abs/1905.10965
function cauchy(p: Cauchy, q: Cauchy): Tensor {
  const t1 = p.scale.add(q.scale).pow(2).add(p.loc.sub(q.loc).pow(2)).log();
  return t1.sub(p.scale.mul(4).mul(q.scale).log());
}

/** Two distributions of one family. */
export const sameFamily: readonly KlRule[] = [
  rule(Bernoulli, Bernoulli, bernoulli),
  rule(Beta, Beta, beta),
  rule(Binomial, Binomial, binomial),
  rule(Categorical, Categorical, categorical),
  rule(ContinuousBernoulli, ContinuousBernoulli, continuousBernoulli),
  rule(Dirichlet, Dirichlet, dirichlet),
  rule(Exponential, Exponential, exponential),
  rule(ExponentialFamily, ExponentialFamily, exponentialFamily),
  rule(Gamma, Gamma, gamma),
  rule(Gumbel, Gumbel, gumbel),
  rule(Geometric, Geometric, geometric),
  rule(HalfNormal, HalfNormal, (p, q) => normal(p.base_dist, q.base_dist)),
  rule(Laplace, Laplace, laplace),
  rule(Normal, Normal, normal),
  rule(OneHotCategorical, OneHotCategorical, (p, q) => categorical(p._categorical, q._categorical)),
  rule(Pareto, Pareto, pareto),
  rule(Poisson, Poisson, poisson),
  rule(Uniform, Uniform, uniform),
  rule(Cauchy, Cauchy, cauchy),
];
