import { bool, float64, int64, tensor, type Tensor } from "@tt/core";
import { gradcheck, gradgradcheck } from "../index.ts";
import { expect, it } from "vitest";

/** Distinct, unordered values that keep away from ties and zeros. */
export function values(shape: readonly number[], offset = 0): Tensor {
  const n = shape.reduce((x, y) => x * y, 1);
  const data = Array.from({ length: n }, (_, i) => 1.3 * Math.sin(2.7 * i + 0.4 + offset) + 0.01 * i);
  return tensor(data, { dtype: float64 }).reshape(shape).requires_grad_();
}

export const indices = (data: number[] | number[][]): Tensor => tensor(data, { dtype: int64 });
export const mask = (data: boolean[] | boolean[][]): Tensor => tensor(data, { dtype: bool });

export type Case = readonly [name: string, fn: (...inputs: Tensor[]) => Tensor | Tensor[], ...shapes: number[][]];

/** Checks first and second derivatives of each case by finite differences. */
export function checkGradients(cases: readonly Case[]): void {
  it.each(cases.map(([name, fn, ...shapes]) => ({ name, fn, shapes })))("$name", ({ fn, shapes }) => {
    const inputs = shapes.map((shape, i) => values(shape, i));
    expect(gradcheck(fn, inputs)).toBe(true);
    expect(gradgradcheck(fn, inputs)).toBe(true);
  });
}
