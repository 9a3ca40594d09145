import { describe, expect, it } from "vitest";
import { bfloat16, float32 } from "../../dtype/dtype.ts";
import { distance, scattered, viewOf, wave } from "../testing.ts";
import { batchNormBackward, batchNormEval, batchNormTrain } from "./batch_norm.ts";
import { groupNorm, groupNormBackward, layerNorm, layerNormBackward } from "./layer_norm.ts";
import { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax.ts";

// Inputs are sin(1.7 i + phase); the expected numbers are PyTorch's.

const NEAR = 3e-6;

describe("softmax", () => {
  const x = viewOf([2, 3], wave(6));
  const g = viewOf([2, 3], wave(6, 1));
  const out = viewOf([2, 3]);
  const grad = viewOf([2, 3]);

  it("normalises along a dimension, and differentiates", () => {
    for (const view of [x, scattered(x)]) {
      softmax(out, view, 1);
      expect(distance(out, [0.223703, 0.60304, 0.173257, 0.093063, 0.384984, 0.521953])).toBeLessThan(NEAR);
    }
    softmaxBackward(grad, scattered(g), out, 1);
    expect(distance(grad, [0.125358, 0.088216, -0.213574, -0.0475, 0.258054, -0.210554])).toBeLessThan(NEAR);
    logSoftmax(out, x, 0);
    expect(distance(out, [-0.33376, -0.475002, -1.353044, -1.259575, -0.972554, -0.299016])).toBeLessThan(NEAR);
    logSoftmaxBackward(grad, g, out, 0);
    expect(distance(grad, [0.369258, -0.459379, -0.686235, -0.369258, 0.459379, 0.686235])).toBeLessThan(NEAR);
  });

  it("neither overflows nor hides nan", () => {
    const y = viewOf([2, 2]);
    softmax(y, viewOf([2, 2], [1000, 1000, Number.NaN, 0]), 1);
    expect(distance(y, [0.5, 0.5, Number.NaN, Number.NaN])).toBeLessThan(NEAR);
    const scalar = viewOf([]);
    softmax(scalar, viewOf([], [3]), 0);
    expect(distance(scalar, [1])).toBeLessThan(NEAR);
  });

  it("widens halves on request", () => {
    softmax(viewOf([3], undefined, bfloat16), viewOf([3], [1, 2, 3], bfloat16), 0);
    const wide = viewOf([2], undefined, float32);
    softmax(wide, viewOf([2], [0, 1], bfloat16), 0);
    expect(distance(wide, [0.268941, 0.731059])).toBeLessThan(NEAR);
  });
});

describe("batch, group and layer norm", () => {
  const x = viewOf([2, 4, 3], wave(24));
  const g = viewOf([2, 4, 3], wave(24, 1));
  const w = viewOf([4], wave(4, 2));
  const b = viewOf([4], wave(4, 3));
  const y = viewOf([2, 4, 3]);
  const gx = viewOf([2, 4, 3]);
  const gw = viewOf([4]);
  const gb = viewOf([4]);

  it("batch norm, training", () => {
    const [mean, invstd, runningMean] = [viewOf([4]), viewOf([4]), viewOf([4])];
    const runningVar = viewOf([4], [1, 1, 1, 1]);
    batchNormTrain(y, mean, invstd, scattered(x), w, b, runningMean, runningVar, 0.1, 1e-5);
    expect(distance(y, [-0.000962, 1.288758, -0.333309, -0.151697, -1.250893, -1.486515])).toBeLessThan(NEAR);
    expect(distance(runningMean, [0.010925, 0.016991, 0.00192, -0.01554])).toBeLessThan(NEAR);
    expect(distance(runningVar, [0.958657, 0.956213, 0.960327, 0.956895])).toBeLessThan(NEAR);
    batchNormBackward(gx, gw, gb, g, x, w, mean, invstd, true, 1e-5);
    expect(distance(gx, [1.250887, -0.025017, -0.891106, -0.199384, -0.539131, 0.415137])).toBeLessThan(NEAR);
    expect(distance(gw, [2.398315, 2.145454, 2.26963, 2.347544])).toBeLessThan(NEAR);
    expect(distance(gb, [-0.347259, 0.796358, 0.94927, -0.078752])).toBeLessThan(NEAR);
    batchNormEval(y, x, w, b, runningMean, runningVar, 1e-5);
    expect(distance(y, [0.130974, 1.051926, -0.106345, -0.489084, -1.258442, -1.42336])).toBeLessThan(NEAR);
    batchNormBackward(gx, gw, null, g, x, w, runningMean, runningVar, false, 1e-5);
    expect(distance(gx, [0.781468, 0.396905, -0.883746, 0.098701, -0.541039, 0.040719])).toBeLessThan(NEAR);
    expect(distance(gw, [1.677696, 1.626199, 1.658886, 1.663711])).toBeLessThan(NEAR);
  });

  it("group norm", () => {
    const mean = viewOf([2, 2]);
    const rstd = viewOf([2, 2]);
    groupNorm(y, mean, rstd, scattered(x), w, b, 2, 1e-5);
    expect(distance(y, [-0.113533, 1.260273, -0.467548, -0.104196, -1.250402, -1.496101])).toBeLessThan(NEAR);
    groupNormBackward(gx, gw, gb, scattered(g), x, mean, rstd, w, 2);
    expect(distance(gx, [1.225435, 0.472522, -1.212415, 0.374094, -0.835667, -0.023968])).toBeLessThan(NEAR);
    expect(distance(gw, [2.35693, 2.085673, 2.470961, 2.075148])).toBeLessThan(NEAR);
    expect(distance(gb, [-0.347259, 0.796358, 0.94927, -0.078752])).toBeLessThan(NEAR);
  });

  it("layer norm", () => {
    const mean = viewOf([2, 1, 1]);
    const rstd = viewOf([2, 1, 1]);
    const weight = viewOf([4, 3], wave(12, 2));
    const gradWeight = viewOf([4, 3]);
    const gradBias = viewOf([4, 3]);
    layerNorm(y, mean, rstd, x, weight, viewOf([4, 3], wave(12, 3)), 12, 1e-5);
    expect(distance(y, [0.148909, -1.78047, 0.401584, -0.020632, 0.065387, -1.920421])).toBeLessThan(NEAR);
    layerNormBackward(gx, gradWeight, gradBias, g, scattered(x), mean, rstd, weight, 12);
    expect(distance(gx, [0.671743, -0.775718, 0.623362, -0.670365, 0.412791, -0.34696])).toBeLessThan(NEAR);
    expect(distance(gradWeight, [0.709923, 0.857088, 0.819356, 0.624707, 0.818669, 0.815445])).toBeLessThan(NEAR);
    expect(distance(gradBias, [1.398786, -0.467808, -1.278237, 0.797195, 1.072809, -1.073646])).toBeLessThan(NEAR);
  });

  it("without affine parameters", () => {
    const mean = viewOf([1]);
    const rstd = viewOf([1]);
    const out = viewOf([1, 2]);
    layerNorm(out, mean, rstd, viewOf([1, 2], [1, 3]), null, null, 2, 0);
    expect([out, mean, rstd].map((view) => [...view.array])).toEqual([[-1, 1], [2], [1]]);
  });
});
