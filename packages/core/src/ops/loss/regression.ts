import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { defineElementLoss } from "./reduction.ts";

defineElementLoss({
  name: "mse_loss",
  doc: "The squared difference of input and target.",
  gradName: "MseLossBackward0",
  loss: (input, target) => {
    const difference = input.sub(target);
    return difference.mul(difference);
  },
  slope: (input, target) => input.sub(target).mul(2),
  targetSlope: (input, target) => target.sub(input).mul(2),
});

const smoothSlope = (input: Tensor, target: Tensor, beta: number): Tensor => {
  const difference = input.sub(target);
  return beta === 0 ? difference.sign() : difference.div(beta).clamp(-1, 1);
};

defineElementLoss({
  name: "smooth_l1_loss",
  doc: "Squared difference over 2 beta where it is below `beta`, else the distance less beta / 2.",
  parameters: "float beta=1.0",
  names: ["beta"],
  gradName: "SmoothL1LossBackward0",
  loss: (input, target, beta: number) => {
    const distance = input.sub(target).abs();
    if (beta === 0) return distance;
    return callOp("where", distance.lt(beta), distance.mul(distance).mul(0.5 / beta), distance.sub(0.5 * beta));
  },
  slope: smoothSlope,
  targetSlope: (input, target, beta: number) => smoothSlope(input, target, beta).neg(),
});

const huberSlope = (input: Tensor, target: Tensor, delta: number): Tensor => input.sub(target).clamp(-delta, delta);

defineElementLoss({
  name: "huber_loss",
  doc: "Half the squared difference where it is below `delta`, else delta times (distance - delta / 2).",
  parameters: "float delta=1.0",
  names: ["delta"],
  gradName: "HuberLossBackward0",
  loss: (input, target, delta: number) => {
    const distance = input.sub(target).abs();
    return callOp("where", distance.lt(delta), distance.mul(distance).mul(0.5), distance.sub(0.5 * delta).mul(delta));
  },
  slope: huberSlope,
  targetSlope: (input, target, delta: number) => huberSlope(input, target, delta).neg(),
});

defineElementLoss({
  name: "soft_margin_loss",
  doc: "log(1 + exp(-target * input)) for targets 1 and -1.",
  gradName: "SoftMarginLossBackward0",
  loss: (input, target) => input.mul(target).neg().exp().log1p(),
  slope: (input, target) => {
    const z = input.mul(target).neg().exp();
    return target.neg().mul(z).div(z.add(1));
  },
});
