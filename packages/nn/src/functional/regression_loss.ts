import { callOp } from "@tt/core/dispatch";
import { RuntimeError, type Tensor, ValueError } from "@tt/core";
import { defineFunction } from "./define.ts";
import { LEGACY, reduceLoss, reductionOf, warnAboutSizes } from "./reduction.ts";

type Flag = boolean | null;

defineFunction(
  `mse_loss(Tensor input, Tensor target, ${LEGACY}, str reduction="mean") -> Tensor`,
  "The mean squared difference.",
  (input: Tensor, target: Tensor, size_average: Flag, reduce: Flag, reduction: string) => {
    warnAboutSizes(input, target);
    return callOp("mse_loss", input, target, reductionOf(size_average, reduce, reduction));
  },
);

defineFunction(
  `l1_loss(Tensor input, Tensor target, ${LEGACY}, str reduction="mean") -> Tensor`,
  "The mean distance.",
  (input: Tensor, target: Tensor, size_average: Flag, reduce: Flag, reduction: string) => {
    warnAboutSizes(input, target);
    return reduceLoss(input.sub(target).abs(), reductionOf(size_average, reduce, reduction));
  },
);

defineFunction(
  `smooth_l1_loss(Tensor input, Tensor target, ${LEGACY}, str reduction="mean", float beta=1.0) -> Tensor`,
  "Squared where the distance is below `beta`, else linear.",
  (input: Tensor, target: Tensor, size_average: Flag, reduce: Flag, reduction: string, beta: number) => {
    warnAboutSizes(input, target);
    if (beta < 0) throw new RuntimeError("smooth_l1_loss does not support negative values for beta.");
    return callOp("smooth_l1_loss", input, target, beta, reductionOf(size_average, reduce, reduction));
  },
);

defineFunction(
  'huber_loss(Tensor input, Tensor target, str reduction="mean", float delta=1.0) -> Tensor',
  "Half the square where the distance is below `delta`, else linear.",
  (input: Tensor, target: Tensor, reduction: string, delta: number) => {
    warnAboutSizes(input, target);
    if (delta <= 0) throw new RuntimeError("huber_loss does not support non-positive values for delta.");
    return callOp("huber_loss", input, target, delta, reductionOf(null, null, reduction));
  },
);

defineFunction(
  `soft_margin_loss(Tensor input, Tensor target, ${LEGACY}, str reduction="mean") -> Tensor`,
  "log(1 + exp(-target * input)) for targets 1 and -1.",
  (input: Tensor, target: Tensor, size_average: Flag, reduce: Flag, reduction: string) =>
    callOp("soft_margin_loss", input, target, reductionOf(size_average, reduce, reduction)),
);

defineFunction(
  `poisson_nll_loss(Tensor input, Tensor target, bool log_input=True, bool full=False, bool? size_average=None, float eps=1e-08, bool? reduce=None, str reduction="mean") -> Tensor`,
  "Negative log likelihood of counts under Poisson rates, given as logarithms unless `log_input` is false.",
  (
    input: Tensor,
    target: Tensor,
    log_input: boolean,
    full: boolean,
    size_average: Flag,
    eps: number,
    reduce: Flag,
    reduction: string,
  ) => {
    const how = reductionOf(size_average, reduce, reduction);
    let loss = log_input ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
    if (full) {
      const stirling = target
        .mul(target.log())
        .sub(target)
        .add(
          target
            .mul(2 * Math.PI)
            .log()
            .mul(0.5),
        );
      loss = loss.add(stirling.masked_fill(target.le(1), 0));
    }
    return reduceLoss(loss, how);
  },
);

defineFunction(
  'gaussian_nll_loss(Tensor input, Tensor target, Tensor var, bool full=False, float eps=1e-06, str reduction="mean") -> Tensor',
  "Negative log likelihood under normal distributions with mean `input` and variance `var`.",
  (input: Tensor, target: Tensor, given: Tensor, full: boolean, eps: number, reduction: string) => {
    let variance = given;
    if (variance.shape.join() !== input.shape.join()) {
      if (input.shape.slice(0, -1).join() === variance.shape.join()) variance = variance.unsqueeze(-1);
      else if (
        !(input.shape.slice(0, -1).join() === variance.shape.slice(0, -1).join() && variance.shape.at(-1) === 1)
      ) {
        throw new ValueError("var is of incorrect size");
      }
    }
    const how = reductionOf(null, null, reduction);
    if (variance.detach().lt(0).any().item()) throw new ValueError("var has negative entry/entries");
    const floor = variance.detach().clamp_min(eps).sub(variance.detach());
    const safe = variance.add(floor);
    const difference = input.sub(target);
    let loss = safe.log().add(difference.mul(difference).div(safe)).mul(0.5);
    if (full) loss = loss.add(0.5 * Math.log(2 * Math.PI));
    return reduceLoss(loss, how);
  },
);

defineFunction(
  `kl_div(Tensor input, Tensor target, ${LEGACY}, str reduction="mean", bool log_target=False) -> Tensor`,
  'target * (log target - input), the Kullback-Leibler divergence of log probabilities `input`; "batchmean" is its definition.',
  (input: Tensor, target: Tensor, size_average: Flag, reduce: Flag, reduction: string, log_target: boolean) => {
    const batchmean = reduction === "batchmean";
    const how = reductionOf(size_average, reduce, batchmean ? "sum" : reduction);
    const loss = log_target
      ? target.exp().mul(target.sub(input))
      : callOp("xlogy", target, target).sub(target.mul(input));
    const reduced = reduceLoss(loss, how);
    return batchmean && input.ndim !== 0 ? reduced.div(input.shape[0]!) : reduced;
  },
);
