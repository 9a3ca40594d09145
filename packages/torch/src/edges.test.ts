import { describe, expect, it } from "vitest";
import * as torch from "./index.ts";

/** What comparing with PyTorch on random arguments brought up; values are PyTorch 1.13's. */
describe("edges", () => {
  it("copy_ does not shrink what it copies", () => {
    expect(() => torch.zeros(3).copy_(torch.ones(2, 3))).toThrow(
      "output with shape [3] doesn't match the broadcast shape [2, 3]",
    );
    expect(torch.zeros(2, 3).copy_(torch.arange(3)).tolist()).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  it("a scalar has no dimensions to take apart", () => {
    const x = torch.tensor(1);
    const text = "Dimension specified as 0 but tensor has no dimensions";
    expect(() => x.unflatten(0, [1, 1])).toThrow(text);
    expect(() => torch.repeat_interleave(x, 2, 0)).toThrow(text);
    expect(() => torch.trapezoid(x, { dim: 0 })).toThrow(text);
  });

  it("rand_like draws in the order of the memory that it imitates", () => {
    torch.manual_seed(1);
    const plain = torch.rand(3, 2);
    torch.manual_seed(1);
    expect(torch.rand_like(torch.zeros(3, 2).t()).t().tolist()).toEqual(plain.tolist());
  });

  it("cosine_similarity bounds each norm by itself", () => {
    const a = torch
      .tensor([
        [0, 0],
        [3, 4],
      ])
      .requires_grad_();
    torch
      .cosine_similarity(a, torch.tensor([[0, 2]]))
      .sum()
      .backward();
    expect(a.grad!.tolist()).toEqual([
      [0, 1e8],
      [expect.closeTo(-0.096, 5), expect.closeTo(0.072, 5)],
    ]);
    expect(() => torch.cosine_similarity(torch.arange(2), torch.arange(2), 0)).toThrow(
      "expected common dtype to be floating point, yet common dtype is Long",
    );
  });

  it("addr with beta 0 still knows its input", () => {
    const input = torch.zeros(2, 2, { requires_grad: true });
    torch.addr(input, torch.ones(2), torch.ones(2), { beta: 0 }).sum().backward();
    expect(input.grad!.tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("dropout1d, circular padding and normalize check and take what PyTorch's do", () => {
    const F = torch.nn.functional;
    expect(() => F.dropout1d(torch.ones(1, 1, 1, 1))).toThrow("dropout1d: Expected 2D or 3D input");
    expect(() => F.pad(torch.ones(3, 4), [1, 1], "circular")).toThrow("Invalid padding size, expected 0 but got 2");
    expect(
      F.normalize(torch.full([1, 2, 2], 2), 2, [1, 2])
        .sum()
        .item(),
    ).toBe(2);
    expect(F.avg_pool1d(torch.ones(1, 1, 4), 2, null).shape).toEqual([1, 1, 2]);
  });
});
