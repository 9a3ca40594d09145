import { ones, tensor, type Tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { Adafactor, Muon } from "../index.ts";

const range = (shape: readonly number[]): number[] =>
  Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, i) => i);

/** Three steps from sin(1.3 i) with gradients cos(0.9 i + 0.37 s) (1 + 0.1 s). */
function threeSteps(shape: readonly number[], make: (params: Tensor[]) => { step(): unknown }): number[] {
  const param = tensor(range(shape).map((i) => Math.sin(1.3 * i))).reshape(shape);
  const optimizer = make([param]);
  for (const s of [1, 2, 3]) {
    param.gradTensor = tensor(range(shape).map((i) => Math.cos(0.9 * i + 0.37 * s)))
      .mul(1 + 0.1 * s)
      .reshape(shape);
    optimizer.step();
  }
  return param.reshape([-1]).tolist() as number[];
}

const distance = (found: readonly number[], wanted: readonly number[]): number =>
  Math.max(...found.map((x, i) => Math.abs(x - wanted[i]!)));

// The numbers are PyTorch's formulas, computed with PyTorch.
describe("Adafactor", () => {
  it("keeps means of rows and columns of matrices", () => {
    const found = threeSteps([3, 2], (params) => new Adafactor(params, { lr: 0.1 }));
    expect(distance(found, [-0.204299, 0.9900659, 0.680465, -0.4696679, -0.7548019, 0.0239693])).toBeLessThan(2e-6);
  });

  it("treats stacks of matrices as such, climbs, and decays weights", () => {
    const options = { lr: 0.1, weight_decay: 0.1, maximize: true };
    const found = threeSteps([2, 3, 2], (params) => new Adafactor(params, options));
    expect(
      distance(
        found,
        [
          0.2351555, 0.8964141, 0.3055975, -0.9181758, -0.9993082, 0.4380121, 1.1955539, 0.4911588, -0.8203906,
          -1.0746547, 0.1617828, 0.8681209,
        ],
      ),
    ).toBeLessThan(2e-6);
  });

  it("keeps all squares of vectors", () => {
    const found = threeSteps([4], (params) => new Adafactor(params, { lr: 0.5, d: 2, eps: [1e-3, 1e-2] }));
    expect(distance(found, [-0.8634205, 1.2809761, 1.6355097, 0.2881944])).toBeLessThan(2e-6);
  });

  it("refuses what PyTorch refuses", () => {
    expect(() => new Adafactor([ones(1)], { lr: -1 })).toThrow("Learning rate should be >= 0 but is: -1");
    expect(() => new Adafactor([ones(1)], { beta2_decay: 0.5 })).toThrow("beta2_decay should be <= 0 but is: 0.5");
    expect(() => new Adafactor([ones(1)], { eps: [-1, 1] })).toThrow("epsilon1 should be >= 0 but is: -1");
    expect(() => new Adafactor([ones(1)], { d: 0.5 })).toThrow("Clipping threshold d should be >= 1 but is: 0.5");
  });
});

describe("Muon", () => {
  // The iteration amplifies bfloat16's rounding: PyTorch's own steps are up to 0.008 (of 0.1) from what exact arithmetic gives.
  it("steps orthogonally, tall matrices and wide ones", () => {
    const tall = threeSteps([3, 2], (params) => new Muon(params, { lr: 0.1 }));
    expect(distance(tall, [-0.2115868, 0.9690563, 0.651638, -0.3738674, -0.7144486, 0.0391169])).toBeLessThan(0.02);
    const options = { lr: 0.1, nesterov: false, adjust_lr_fn: "match_rms_adamw" } as const;
    const wide = threeSteps([2, 3], (params) => new Muon(params, options));
    expect(distance(wide, [-0.0333326, 0.9556661, 0.5592932, -0.6155814, -0.8090299, 0.2160596])).toBeLessThan(0.02);
  });

  it("takes matrices only", () => {
    expect(() => new Muon([ones(3)])).toThrow(
      "Muon only supports 2D parameters whereas we found a parameter with size: torch.Size([3])",
    );
    expect(() => new Muon([ones(2, 2)], { adjust_lr_fn: "mine" as never })).toThrow(
      "Adjust learning rate function mine is not supported",
    );
  });
});
