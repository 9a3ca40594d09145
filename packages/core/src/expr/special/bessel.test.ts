import { describe, expect, it } from "vitest";
import { besselJ0, besselJ1, besselY0, besselY1, sphericalBesselJ0 } from "./bessel_jy.ts";
import { airyAi, besselK0, besselK1, scaledBesselK } from "./bessel_k.ts";

// Abramowitz and Stegun, tables 9.1, 9.8 and 10.11.
const TABLE: readonly (readonly [(x: number) => number, number, number])[] = [
  [besselJ0, 1, 0.765197686557966551],
  [besselJ0, 5, -0.177596771314338304],
  [besselJ0, -10, -0.245935764451348335],
  [besselJ0, 30, -0.0863679835810402113],
  [besselJ1, 1, 0.440050585744933516],
  [besselJ1, -2, -0.576724807756873387],
  [besselJ1, 10, 0.0434727461688614366],
  [besselY0, 1, 0.0882569642156769579],
  [besselY0, 10, 0.0556711672835993914],
  [besselY1, 1, -0.78121282130028871],
  [besselY1, 10, 0.249015424206953883],
  [besselK0, 0.1, 2.4270690247020166],
  [besselK0, 2, 0.11389387274953344],
  [besselK1, 0.1, 9.8538447808706256],
  [besselK1, 2, 0.13986588181652243],
  [airyAi, 0, 0.355028053887817239],
  [airyAi, 1, 0.135292416312881416],
  [airyAi, 10, 1.1047532552898687e-10],
  [airyAi, -1, 0.53556088329235211],
  [airyAi, -10, 0.040241238486441956],
];

describe("Bessel functions", () => {
  it.each(TABLE)("%o at %d", (fn, x, value) => {
    expect(Math.abs(fn(x) / value - 1)).toBeLessThan(1e-13);
  });

  it("have the limits of PyTorch's", () => {
    expect([besselY0(0), besselY1(0), besselY0(-1), besselY1(-1)]).toEqual([-Infinity, -Infinity, NaN, NaN]);
    expect([scaledBesselK(0, 0), scaledBesselK(1, -1), scaledBesselK(1, Infinity)]).toEqual([Infinity, NaN, 0]);
    expect([sphericalBesselJ0(0), sphericalBesselJ0(Infinity)]).toEqual([1, 0]);
    expect([airyAi(Infinity), besselJ0(NaN)]).toEqual([NaN, NaN]);
  });

  it("satisfy Wronski's relation on both sides of where the method changes", () => {
    for (const x of [1e-7, 0.3, 3, 12, 24.99, 25.01, 80]) {
      const wronskian = besselJ1(x) * besselY0(x) - besselJ0(x) * besselY1(x);
      expect(wronskian * Math.PI * x).toBeCloseTo(2, 11);
    }
  });

  it("make an Airy function that is smooth where the method changes", () => {
    for (const x of [-7, 1]) {
      const h = 1e-3;
      const slopes = [airyAi(x - h), airyAi(x), airyAi(x + h)] as const;
      // Ai'' = x Ai
      expect((slopes[0] - 2 * slopes[1] + slopes[2]) / (h * h)).toBeCloseTo(x * airyAi(x), 4);
    }
  });
});
