import { describe, expect, it } from "vitest";
import { int32, IndexError, NotImplementedError, RuntimeError, tensor, ValueError } from "../../index.ts";
import * as masked from "../../masked.ts";

const x = tensor([
  [-3, -2, -1],
  [0, 1, 2],
]);
const mask = tensor([
  [true, false, true],
  [false, false, false],
]);
const columns = tensor([true, false, true]);

describe("masked reductions", () => {
  it("leave out what the mask leaves out", () => {
    expect(masked.sum(x, 1, { mask }).tolist()).toEqual([-4, 0]);
    expect(masked.sum(x.to(int32), { mask }).item()).toBe(-4);
    expect(masked.mean(x, 1, { mask }).tolist()).toEqual([-2, Number.NaN]);
    expect(masked.mean(x.to(int32), 0, { mask: columns.unsqueeze(0) }).tolist()).toEqual([-1.5, Number.NaN, 0.5]);
    expect(masked.prod(x, { mask, keepdim: true }).tolist()).toEqual([[3]]);
    expect(masked.argmin(x, 1, { mask: columns }).tolist()).toEqual([0, 0]);
  });

  it("give the identity of the dtype where nothing takes part", () => {
    const least = masked.amax(x.to(int32), 1, { mask });
    expect([least.dtype, least.tolist()]).toEqual([int32, [-1, -2147483648]]);
    expect(masked.amin(x, 1, { mask }).tolist()).toEqual([-3, Infinity]);
    expect(masked.norm(x, 2, 1, { mask }).tolist()).toEqual([Math.fround(Math.sqrt(10)), 0]);
  });

  it("agree with the plain ones without a mask", () => {
    expect(masked.var(x, 1, true).tolist()).toEqual(x.var(1).tolist());
    expect(masked.std(x, 0, false).tolist()).toEqual([1.5, 1.5, 1.5]);
    expect(masked.median(x, 1).tolist()).toEqual([-2, 1]);
    expect(masked.sum(x, []).item()).toBe(-3);
  });

  it.each([
    [() => masked.sum(x, [0, 0]), RuntimeError, "dim=0 appears multiple times in the list of dims"],
    [() => masked.amax(x, 2), IndexError, "Dimension out of range (expected to be in range of [-2, 1], but got 2)"],
    [() => masked.median(x.to(int32), 1, { mask }), ValueError, "masked median expects no fully masked out rows"],
    [() => masked.sum(x.select(0, 0), { mask }), IndexError, "_input_mask expected broadcastable mask"],
    [() => masked.amax(x.gt(0), { mask }), NotImplementedError, "identity of amax on torch.bool input"],
  ])("throw as PyTorch does: %s", (fn, kind, message) => {
    expect(fn).toThrow(kind);
    expect(fn).toThrow(message);
  });
});

describe("masked normalisations", () => {
  it("run over the elements that take part", () => {
    expect(masked.cumsum(x, 1, { mask: columns }).tolist()).toEqual([
      [-3, -3, -4],
      [0, 0, 2],
    ]);
    const soft = masked.softmax(x, 1, { mask: columns });
    expect(soft.at(":", 1).tolist()).toEqual([0, 0]);
    expect(soft.sum(1).tolist()).toEqual([1, 1]);
    expect(soft.at(0, 0).item()).toBeCloseTo(0.1192, 4);
    expect(masked.log_softmax(x, 0, { mask }).at(0).tolist()).toEqual([0, Number.NaN, 0]);
    const both = masked.logaddexp(x, x.mul(2), { input_mask: mask, other_mask: columns });
    expect(both.at(1).tolist()).toEqual([0, -Infinity, 4]);
    expect(both.at(0, 2).item()).toBeCloseTo(-0.6867, 4);
    expect(masked.normalize(x, 1, 1, { mask }).at(0).tolist()).toEqual([-0.75, 0, -0.25]);
  });
});
