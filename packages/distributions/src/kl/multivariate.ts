import { broadcast_shapes, diag_embed, type Tensor, ValueError } from "@tt/core";
import { solve_triangular } from "@tt/core/linalg";
import type { Distribution } from "../distribution.ts";
import { inBatch, logDiagonalSum, mahalanobis, traceXXT, transposed } from "../gaussian.ts";
import { LowRankMultivariateNormal, lowrankLogdet, lowrankMahalanobis } from "../lowrank_multivariate_normal.ts";
import { MultivariateNormal } from "../multivariate_normal.ts";
import { type KlRule, rule } from "./registry.ts";

function checkEvents(p: Distribution, q: Distribution, what: string): void {
  if (p.event_shape[0] !== q.event_shape[0]) {
    throw new ValueError(`KL-divergence between two ${what} with different event shapes cannot be computed`);
  }
}

const logdet = (d: LowRankMultivariateNormal): Tensor => lowrankLogdet(d._unbroadcasted_cov_diag, d._capacitance_tril);

const distance = (q: LowRankMultivariateNormal, x: Tensor): Tensor =>
  lowrankMahalanobis(q._unbroadcasted_cov_factor, q._unbroadcasted_cov_diag, x, q._capacitance_tril);

const lowerSolve = (L: Tensor, B: Tensor): Tensor => solve_triangular(L, B, { upper: false });

/** A with inv(q's covariance) = inv(D) - A^T A. */
const reduction = (q: LowRankMultivariateNormal): Tensor =>
  lowerSolve(q._capacitance_tril, transposed(q._unbroadcasted_cov_factor).div(q._unbroadcasted_cov_diag.unsqueeze(-2)));

const batchOf = (matrix: Tensor): readonly number[] => matrix.shape.slice(0, -2);

function lowrankLowrank(p: LowRankMultivariateNormal, q: LowRankMultivariateNormal): Tensor {
  checkEvents(p, q, "Low Rank Multivariate Normals");
  const A = reduction(q);
  const [pW, pD, qD] = [p._unbroadcasted_cov_factor, p._unbroadcasted_cov_diag, q._unbroadcasted_cov_diag];
  const trace = pD
    .div(qD)
    .sum(-1)
    .add(traceXXT(pW.mul(qD.rsqrt().unsqueeze(-1))))
    .sub(traceXXT(A.mul(pD.sqrt().unsqueeze(-2))))
    .sub(traceXXT(A.matmul(pW)));
  return logdet(q)
    .sub(logdet(p))
    .add(trace)
    .add(distance(q, q.loc.sub(p.loc)))
    .sub(p.event_shape[0]!)
    .mul(0.5);
}

function fullLowrank(p: MultivariateNormal, q: LowRankMultivariateNormal): Tensor {
  checkEvents(p, q, "(Low Rank) Multivariate Normals");
  const L = p._unbroadcasted_scale_tril;
  const trace = traceXXT(L.mul(q._unbroadcasted_cov_diag.rsqrt().unsqueeze(-1))).sub(traceXXT(reduction(q).matmul(L)));
  return logdet(q)
    .sub(logDiagonalSum(L).mul(2))
    .add(trace)
    .add(distance(q, q.loc.sub(p.loc)))
    .sub(p.event_shape[0]!)
    .mul(0.5);
}

function lowrankFull(p: LowRankMultivariateNormal, q: MultivariateNormal): Tensor {
  checkEvents(p, q, "(Low Rank) Multivariate Normals");
  const L = q._unbroadcasted_scale_tril;
  const W = p._unbroadcasted_cov_factor;
  const batch = broadcast_shapes(batchOf(L), batchOf(W));
  const full = inBatch(L, batch);
  const diagonal = inBatch(diag_embed(p._unbroadcasted_cov_diag.sqrt()), batch);
  const trace = traceXXT(lowerSolve(full, inBatch(W, batch))).add(traceXXT(lowerSolve(full, diagonal)));
  return logDiagonalSum(L)
    .mul(2)
    .sub(logdet(p))
    .add(trace)
    .add(mahalanobis(L, q.loc.sub(p.loc)))
    .sub(p.event_shape[0]!)
    .mul(0.5);
}

function fullFull(p: MultivariateNormal, q: MultivariateNormal): Tensor {
  checkEvents(p, q, "Multivariate Normals");
  const [pL, qL] = [p._unbroadcasted_scale_tril, q._unbroadcasted_scale_tril];
  const batch = broadcast_shapes(batchOf(qL), batchOf(pL));
  const trace = traceXXT(lowerSolve(inBatch(qL, batch), inBatch(pL, batch)));
  const rest = trace
    .add(mahalanobis(qL, q.loc.sub(p.loc)))
    .sub(p.event_shape[0]!)
    .mul(0.5);
  return logDiagonalSum(qL).sub(logDiagonalSum(pL)).add(rest);
}

/** Normal distributions of vectors. */
export const multivariate: readonly KlRule[] = [
  rule(LowRankMultivariateNormal, LowRankMultivariateNormal, lowrankLowrank),
  rule(MultivariateNormal, LowRankMultivariateNormal, fullLowrank),
  rule(LowRankMultivariateNormal, MultivariateNormal, lowrankFull),
  rule(MultivariateNormal, MultivariateNormal, fullFull),
];
