import { describe, expect, it } from "vitest";
import { frexpExponent, frexpMantissa } from "./frexp.ts";
import {
  chebyshevT,
  chebyshevU,
  chebyshevV,
  chebyshevW,
  hermiteH,
  hermiteHe,
  laguerreL,
  legendreP,
} from "./polynomials.ts";

describe("orthogonal polynomials", () => {
  it("match their explicit forms of degree 4", () => {
    for (const x of [-1.5, -0.3, 0, 0.7, 2]) {
      expect(chebyshevT(x, 4)).toBeCloseTo(8 * x ** 4 - 8 * x ** 2 + 1, 10);
      expect(chebyshevU(x, 4)).toBeCloseTo(16 * x ** 4 - 12 * x ** 2 + 1, 10);
      expect(hermiteH(x, 4)).toBeCloseTo(16 * x ** 4 - 48 * x ** 2 + 12, 10);
      expect(hermiteHe(x, 4)).toBeCloseTo(x ** 4 - 6 * x ** 2 + 3, 10);
      expect(laguerreL(x, 4)).toBeCloseTo((x ** 4 - 16 * x ** 3 + 72 * x ** 2 - 96 * x + 24) / 24, 10);
      expect(legendreP(x, 4)).toBeCloseTo((35 * x ** 4 - 30 * x ** 2 + 3) / 8, 10);
    }
  });

  it("agree between the recurrence and the trigonometric form", () => {
    const x = 0.4;
    for (const fn of [chebyshevT, chebyshevU, chebyshevV, chebyshevW]) {
      expect(fn(x, 12)).toBeCloseTo(2 * x * fn(x, 11) - fn(x, 10), 12);
      expect(fn(x, 6)).toBeCloseTo(2 * x * fn(x, 5) - fn(x, 4), 12);
    }
  });

  it("are 0 for degrees below 0 and 1 for degree 0", () => {
    for (const fn of [chebyshevT, chebyshevU, chebyshevV, chebyshevW, hermiteH, hermiteHe, laguerreL, legendreP]) {
      expect([fn(0.3, -1), fn(0.3, 0.9), fn(0.3, NaN), fn(0.3, Infinity)]).toEqual([0, 1, 0, 0]);
    }
  });
});

describe("frexp", () => {
  it("splits every kind of number", () => {
    for (const x of [1, -3, 0.1, 2 ** -1022, 5e-324, Number.MAX_VALUE, 1024, 0.99999999]) {
      const [m, e] = [frexpMantissa(x), frexpExponent(x)];
      expect(Math.abs(m)).toBeGreaterThanOrEqual(0.5);
      expect(Math.abs(m)).toBeLessThan(1);
      // In two steps, since 2 ** e may be out of range.
      expect(m * 2 ** Math.ceil(e / 2) * 2 ** Math.floor(e / 2)).toBe(x);
    }
    expect([frexpMantissa(0), frexpExponent(0), frexpMantissa(Infinity), frexpExponent(Infinity)]).toEqual([
      0,
      0,
      Infinity,
      0,
    ]);
  });
});
