import { float64, tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { decoded, difference, type Elements, recorded } from "../../test/recorded.ts";
import {
  AbsTransform,
  AffineTransform,
  CatTransform,
  ComposeTransform,
  CorrCholeskyTransform,
  CumulativeDistributionTransform,
  ExpTransform,
  IndependentTransform,
  LowerCholeskyTransform,
  Normal,
  PowerTransform,
  ReshapeTransform,
  SigmoidTransform,
  SoftmaxTransform,
  SoftplusTransform,
  StackTransform,
  StickBreakingTransform,
  TanhTransform,
  Transform,
} from "../index.ts";

const made: Readonly<Record<string, Transform>> = {
  AbsTransform: new AbsTransform(),
  AffineTransform: new AffineTransform(1, -2),
  CatTransform: new CatTransform([new ExpTransform(), new AffineTransform(1, 2)], { dim: 1, lengths: [1, 2] }),
  ComposeTransform: new ComposeTransform([
    new ExpTransform(),
    new AffineTransform(tensor(1, { dtype: float64 }), tensor([2, 3, 4], { dtype: float64 }), { event_dim: 1 }),
  ]),
  CorrCholeskyTransform: new CorrCholeskyTransform(),
  CumulativeDistributionTransform: new CumulativeDistributionTransform(
    new Normal(tensor(0.5, { dtype: float64 }), tensor(2, { dtype: float64 })),
  ),
  ExpTransform: new ExpTransform(),
  IndependentTransform: new IndependentTransform(new ExpTransform(), 1),
  LowerCholeskyTransform: new LowerCholeskyTransform(),
  PowerTransform: new PowerTransform(tensor(1.5, { dtype: float64 })),
  ReshapeTransform: new ReshapeTransform([3], [1, 3]),
  SigmoidTransform: new SigmoidTransform(),
  SoftmaxTransform: new SoftmaxTransform(),
  SoftplusTransform: new SoftplusTransform(),
  StackTransform: new StackTransform([new ExpTransform(), new SigmoidTransform()]),
  StickBreakingTransform: new StickBreakingTransform(),
  TanhTransform: new TanhTransform(),
};

describe("transforms give what PyTorch gives", () => {
  it.each(recorded.transforms.map((one) => [one.name, one] as const))("%s", (name, one) => {
    const transform = made[name]!;
    const x = decoded(one["x"] as Elements);
    const y = transform(x);
    expect(difference(y, one["y"])).toBeNull();
    expect(difference(transform.inv(y), one["inverse"], 1e-7)).toBeNull();
    if ("jacobian" in one) expect(difference(transform.log_abs_det_jacobian(x, y), one["jacobian"])).toBeNull();
    expect(transform.toString()).toBe(one["repr"]);
    expect(transform.inv.toString()).toBe(one["inv_repr"]);
    expect(transform.forward_shape(x.shape)).toEqual(one["forward_shape"]);
    expect(transform.inverse_shape(y.shape)).toEqual(one["inverse_shape"]);
    expect(transform.bijective).toBe(one["bijective"]);
    expect(transform.domain.toString()).toBe(one["domain"]);
    expect(transform.codomain.toString()).toBe(one["codomain"]);
  });
});

describe("Transform", () => {
  it("is the inverse of its inverse", () => {
    const t = new ExpTransform();
    expect(t.inv.inv).toBe(t);
    expect(t.inv).toBe(t.inv);
    const chain = new ComposeTransform([t, new SigmoidTransform()]);
    expect(chain.inv.inv).toBe(chain);
  });

  it("keeps the last pair with a cache of one", () => {
    const t = new TanhTransform({ cache_size: 1 });
    const x = tensor([100]);
    const y = t(x);
    expect(t(x)).toBe(y);
    expect(t.inv(y)).toBe(x);
    expect(new TanhTransform().inv(y).tolist()).toEqual([Infinity]);
    expect(new TanhTransform().with_cache()).toBeInstanceOf(TanhTransform);
    expect(new TanhTransform().with_cache()._cache_size).toBe(1);
    expect(() => new TanhTransform(2)).toThrow("cache_size must be 0 or 1");
  });

  it("compares by class and parameters", () => {
    expect(new ExpTransform().equals(new ExpTransform())).toBe(true);
    expect(new ExpTransform().inv.equals(new ExpTransform().inv)).toBe(true);
    expect(new AffineTransform(0, 2).equals(new AffineTransform(0, tensor(2)))).toBe(true);
    expect(new AffineTransform(0, 2).equals(new AffineTransform(0, 3))).toBe(false);
    expect(new PowerTransform(2).equals(new PowerTransform(3))).toBe(false);
    expect(new ExpTransform().equals(new SigmoidTransform())).toBe(false);
  });

  it("knows its sign", () => {
    expect(new AffineTransform(0, -2).sign).toBe(-1);
    expect(new ComposeTransform([new AffineTransform(0, -2), new AffineTransform(0, -2)]).sign).toBe(1);
  });

  it("refuses shapes that do not fit", () => {
    expect(() => new ReshapeTransform([2], [3])).toThrow("in_shape, out_shape have different numbers of elements");
    expect(() => new ReshapeTransform([2], [1, 2]).forward_shape([3])).toThrow(
      "Shape mismatch: expected torch.Size([3]) but got torch.Size([2])",
    );
    expect(() => new CorrCholeskyTransform().forward_shape([4])).toThrow(
      "Input is not a flattend lower-diagonal number",
    );
  });

  it("can be defined by users", () => {
    class Double extends Transform {
      override _call(x: ReturnType<typeof tensor>): ReturnType<typeof tensor> {
        return x.mul(2);
      }
    }
    expect(new Double()(tensor([1, 2])).tolist()).toEqual([2, 4]);
    expect(String(new Double())).toBe("Double()");
  });
});
