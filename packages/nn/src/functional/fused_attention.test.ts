import { gradcheck, gradgradcheck } from "@tt/autograd";
import { bool, float64, manual_seed, rand, randn, type Tensor } from "@tt/core";
import "@tt/core/neural";
import { beforeAll, describe, expect, it } from "vitest";
import { attend, plainAttention } from "./fused_attention.ts";

beforeAll(() => manual_seed(0));

const leaf = (...shape: number[]): Tensor => randn(shape, { dtype: float64, requires_grad: true });

const masks: [string, () => Tensor | null, boolean][] = [
  ["no mask", () => null, false],
  ["a causal mask", () => null, true],
  ["numbers to add", () => randn([2, 1, 3, 4], { dtype: float64 }), false],
  ["flags", () => rand(3, 4).gt(0.2).to(bool), false],
];

describe.each(masks)("attention with %s", (_, maskOf, causal) => {
  it("is what the ops give one by one, with gradients of both orders", () => {
    const mask = maskOf();
    const inputs = [leaf(2, 2, 3, 2), leaf(2, 2, 4, 2), leaf(2, 2, 4, 3)] as const;
    const found = attend(...inputs, mask, causal, 0.7);
    expect(found.grad_fn!.name()).toBe("ScaledDotProductAttentionBackward0");
    expect(
      found
        .sub(plainAttention(...inputs, mask, causal, 0.7, 0))
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-12);
    const fn = (q: Tensor, k: Tensor, v: Tensor): Tensor => attend(q, k, v, mask, causal, 0.7);
    const small = [leaf(2, 1, 3, 2), leaf(2, 1, 4, 2), leaf(2, 1, 4, 1)];
    expect(gradcheck(fn as never, small)).toBe(true);
    expect(gradgradcheck(fn as never, small)).toBe(true);
  });
});
