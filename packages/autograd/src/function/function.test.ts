import { float64, no_grad, tensor, type Tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { Function, type FunctionCtx, gradcheck, GradcheckError, gradgradcheck } from "../index.ts";

class Square extends Function {
  static override forward(ctx: FunctionCtx, x: Tensor): Tensor {
    ctx.save_for_backward(x);
    return x.mul(x);
  }

  static override backward(ctx: FunctionCtx, g: Tensor): Tensor {
    const [x] = ctx.saved_tensors;
    return g.mul(x!).mul(2);
  }
}

class Wrong extends Square {
  static override backward(ctx: FunctionCtx, g: Tensor): Tensor {
    return g.mul(ctx.saved_tensors[0]!);
  }
}

const leaf = (): Tensor => tensor([0.5, -1.5, 2], { dtype: float64, requires_grad: true });

describe("Function", () => {
  it("records a node named after the class", () => {
    const y = Square.apply(leaf());
    expect(y.grad_fn?.name()).toBe("SquareBackward");
    expect(y.tolist()).toEqual([0.25, 2.25, 4]);
  });

  it("differentiates twice through backward's ops", () => {
    expect(gradcheck((x) => Square.apply(x), [leaf()])).toBe(true);
    expect(gradgradcheck((x) => Square.apply(x), [leaf()])).toBe(true);
  });

  it("gradcheck finds a wrong backward", () => {
    expect(() => gradcheck((x) => Wrong.apply(x), [leaf()])).toThrow(GradcheckError);
    expect(gradcheck((x) => Wrong.apply(x), [leaf()], { raise_exception: false })).toBe(false);
  });

  it("records nothing without grad mode", () => {
    expect(no_grad(() => Square.apply(leaf())).grad_fn).toBeNull();
  });

  it("notices that a saved tensor was written to", () => {
    const x = leaf().mul(1);
    const y = Square.apply(x);
    no_grad(() => x.add_(1));
    expect(() => y.sum().backward()).toThrow(/modified by an inplace operation/);
  });
});
