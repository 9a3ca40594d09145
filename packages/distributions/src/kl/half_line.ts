import { type Tensor } from "@tt/core";
import { Exponential } from "../exponential.ts";
import { Gamma } from "../gamma.ts";
import { Gumbel } from "../gumbel.ts";
import { Laplace } from "../laplace.ts";
import { Normal } from "../normal.ts";
import { Pareto } from "../pareto.ts";
import { euler_constant } from "../utils.ts";
import { type KlRule, rule } from "./registry.ts";

const INF: number = Number.POSITIVE_INFINITY;
const TWO_PI: number = 2 * Math.PI;

function exponentialGamma(p: Exponential, q: Gamma): Tensor {
  const ratio = q.rate.div(p.rate);
  return q.concentration
    .neg()
    .mul(ratio.log())
    .add(ratio)
    .add(q.concentration.lgamma())
    .add(q.concentration.mul(euler_constant))
    .sub(1 + euler_constant);
}

function exponentialGumbel(p: Exponential, q: Gumbel): Tensor {
  const product = p.rate.mul(q.scale);
  const ratio = q.loc.div(q.scale);
  const t2 = ratio.exp().mul(product).div(product.add(1));
  return product.log().sub(1).sub(ratio).add(t2).add(product.reciprocal());
}

function exponentialNormal(p: Exponential, q: Normal): Tensor {
  const variance = q.scale.pow(2);
  const square = p.rate.pow(2);
  const t1 = square.mul(variance).mul(2).mul(Math.PI).log().mul(0.5);
  const rest = square.reciprocal().sub(q.loc.div(p.rate)).add(q.loc.pow(2).mul(0.5));
  return t1.sub(1).add(rest.div(variance));
}

function gammaExponential(p: Gamma, q: Exponential): Tensor {
  return p.entropy().neg().sub(q.rate.log()).add(q.rate.mul(p.concentration).div(p.rate));
}

function gammaGumbel(p: Gamma, q: Gumbel): Tensor {
  const { concentration } = p;
  const product = p.rate.mul(q.scale);
  const ratio = q.loc.div(q.scale);
  const t1 = concentration.sub(1).mul(concentration.digamma()).sub(concentration.lgamma()).sub(concentration);
  const t2 = product.log().add(concentration.div(product));
  const t3 = ratio.exp().mul(product.reciprocal().add(1).pow(concentration.neg())).sub(ratio);
  return t1.add(t2).add(t3);
}

function gammaNormal(p: Gamma, q: Normal): Tensor {
  const { concentration } = p;
  const variance = q.scale.pow(2);
  const square = p.rate.pow(2);
  const t1 = square.mul(variance).mul(2).mul(Math.PI).log().mul(0.5).sub(concentration).sub(concentration.lgamma());
  const t2 = concentration.pow(2).add(concentration).mul(0.5).div(square);
  const t3 = q.loc.mul(concentration).div(p.rate);
  const t4 = q.loc.pow(2).mul(0.5);
  return t1.add(concentration.sub(1).mul(concentration.digamma())).add(t2.sub(t3).add(t4).div(variance));
}

function gumbelNormal(p: Gumbel, q: Normal): Tensor {
  const ratio = p.scale.div(q.scale);
  const t1 = ratio.div(Math.sqrt(TWO_PI)).log();
  const t2 = ratio
    .mul(Math.PI * 0.5)
    .pow(2)
    .div(3);
  const t3 = p.loc.add(p.scale.mul(euler_constant)).sub(q.loc).div(q.scale).pow(2).mul(0.5);
  return t1
    .neg()
    .add(t2)
    .add(t3)
    .sub(euler_constant + 1);
}

function laplaceNormal(p: Laplace, q: Normal): Tensor {
  const variance = q.scale.pow(2);
  const ratio = p.scale.pow(2).div(variance);
  const t1 = ratio.mul(2).div(Math.PI).log().mul(0.5);
  const rest = p.loc.pow(2).mul(0.5).sub(p.loc.mul(q.loc)).add(q.loc.pow(2).mul(0.5));
  return t1.neg().add(ratio).add(rest.div(variance)).sub(1);
}

function normalGumbel(p: Normal, q: Gumbel): Tensor {
  const mean = p.loc.div(q.scale);
  const variance = p.scale.div(q.scale).pow(2);
  const loc = q.loc.div(q.scale);
  const t3 = mean.neg().add(variance.mul(0.5)).add(loc).exp();
  return variance
    .log()
    .mul(-0.5)
    .add(mean.sub(loc))
    .add(t3)
    .sub(0.5 * (1 + Math.log(TWO_PI)));
}

function normalLaplace(p: Normal, q: Laplace): Tensor {
  const diff = p.loc.sub(q.loc);
  const standard = diff.div(p.scale);
  const t2 = p.scale.mul(Math.sqrt(2 / Math.PI)).mul(standard.pow(2).mul(-0.5).exp());
  const t3 = diff.mul(standard.mul(Math.SQRT1_2).erf());
  return p.scale
    .div(q.scale)
    .log()
    .neg()
    .add(t2.add(t3).div(q.scale))
    .sub(0.5 * (1 + Math.log(0.5 * Math.PI)));
}

function paretoExponential(p: Pareto, q: Exponential): Tensor {
  const product = p.scale.mul(q.rate);
  const t1 = p.alpha.div(product).log();
  const t3 = p.alpha.mul(product).div(p.alpha.sub(1));
  return t1.sub(p.alpha.reciprocal()).add(t3).sub(1).masked_fill(p.alpha.le(1), INF);
}

function paretoGamma(p: Pareto, q: Gamma): Tensor {
  const common = p.scale.log().add(p.alpha.reciprocal());
  const t1 = p.alpha.log().sub(common);
  const t2 = q.concentration.lgamma().sub(q.concentration.mul(q.rate.log()));
  const t3 = q.concentration.rsub(1).mul(common);
  const t4 = q.rate.mul(p.alpha).mul(p.scale).div(p.alpha.sub(1));
  return t1.add(t2).add(t3).add(t4).sub(1).masked_fill(p.alpha.le(1), INF);
}

function paretoNormal(p: Pareto, q: Normal): Tensor {
  const variance = q.scale.pow(2).mul(2);
  const common = p.scale.div(p.alpha.sub(1));
  const t1 = q.scale.mul(Math.sqrt(TWO_PI)).mul(p.alpha).div(p.scale).log();
  const t3 = p.alpha.mul(common.pow(2)).div(p.alpha.sub(2));
  const t4 = p.alpha.mul(common).sub(q.loc).pow(2);
  return t1.sub(p.alpha.reciprocal()).add(t3.add(t4).div(variance)).sub(1).masked_fill(p.alpha.le(2), INF);
}

/** Distributions on the line and on half lines. */
export const halfLine: readonly KlRule[] = [
  rule(Exponential, Gamma, exponentialGamma),
  rule(Exponential, Gumbel, exponentialGumbel),
  rule(Exponential, Normal, exponentialNormal),
  rule(Gamma, Exponential, gammaExponential),
  rule(Gamma, Gumbel, gammaGumbel),
  rule(Gamma, Normal, gammaNormal),
  rule(Gumbel, Normal, gumbelNormal),
  rule(Laplace, Normal, laplaceNormal),
  rule(Normal, Gumbel, normalGumbel),
  rule(Normal, Laplace, normalLaplace),
  rule(Pareto, Exponential, paretoExponential),
  rule(Pareto, Gamma, paretoGamma),
  rule(Pareto, Normal, paretoNormal),
];
