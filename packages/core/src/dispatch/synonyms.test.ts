import { describe, expect, it } from "vitest";
import { arange, cat, narrow, sum, tensor, true_divide, where } from "../index.ts";
import { searchsorted } from "../statistics.ts";

const x = arange(6).reshape(2, 3);

describe("keyword arguments", () => {
  it("may have NumPy's names", () => {
    expect(x.sum({ axis: 1, keepdims: true }).tolist()).toEqual([[3], [12]]);
    expect(x.sum([0], { keepdims: true }).shape).toEqual([1, 3]);
    expect(x.unbind({ axis: 1 }).length).toBe(3);
    expect(cat([x, x], { axis: 1 }).shape).toEqual([2, 6]);
    expect(x.max({ axis: 1 }).values.tolist()).toEqual([2, 5]);
    expect(sum({ a: x, axis: 0 } as never).tolist()).toEqual([3, 5, 7]);
  });

  it("may have the names of PyTorch's documentation", () => {
    const named = where as unknown as (condition: unknown, options: object) => typeof x;
    expect(named(x.gt(2), { x, y: tensor(0n) }).tolist()).toEqual([
      [0, 0, 0],
      [3, 4, 5],
    ]);
    expect((true_divide as (options: object) => typeof x)({ dividend: x, divisor: 2 }).at(0).tolist()).toEqual([
      0, 0.5, 1,
    ]);
    expect(
      (narrow as (input: unknown, options: object) => typeof x)(x, { dimension: 1, start: 0, length: 1 }).shape,
    ).toEqual([2, 1]);
    expect(where.schema).toContain("where(Tensor condition, Tensor|Scalar x, Tensor|Scalar other) -> Tensor");
    expect(searchsorted.schema[1]).toContain("Tensor values");
  });

  it("are refused when unknown, and when given twice", () => {
    expect(() => x.sum({ axes: 1 } as never)).toThrow(
      /sum\(\) received an invalid combination|unexpected keyword argument 'axes'/,
    );
    expect(() => cat([x, x], 0, { axis: 0 } as never)).toThrow("cat() got multiple values for argument 'dim'");
    expect(() => cat([x, x], { axis: undefined } as never)).not.toThrow();
  });
});
