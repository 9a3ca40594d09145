import { expect, it } from "vitest";
import { plainDifference, recordsIn, resultDifference, tensorsIn } from "./results.ts";
import { TT } from "./tt.ts";

class FakeTensor {
  readonly dtype = { name: "float32" };
  readonly device = { type: "cpu" };
  readonly strides = [1];
  readonly offset = 0;
  readonly shape: readonly number[];
  readonly array: Float32Array;
  constructor(values: readonly number[]) {
    this.array = Float32Array.from(values);
    this.shape = [values.length];
  }
}

const tt = new TT({ Tensor: FakeTensor }, "cpu");

it("compares plain results of every kind of number", () => {
  expect(plainDifference(18446744073709551611n, { i: "18446744073709551611" })).toBeNull();
  expect(plainDifference(3n, 3)).toBeNull();
  expect(plainDifference([2, 3], [2, 3])).toBeNull();
  expect(plainDifference(0.5, { f: 0.5 })).toBeNull();
  expect(plainDifference(undefined, null)).toBeNull();
  expect(plainDifference(true, false)).toBe("true instead of false");
  expect(plainDifference(2 ** 53, { i: "9007199254740993" })).not.toBeNull();
});

it("names nested tensors as PyTorch's leaves", () => {
  const [a, b] = [new FakeTensor([1]), new FakeTensor([2])];
  expect(tensorsIn(tt, [3, [a]], "args").map(([name]) => name)).toEqual(["args.1.0"]);
  expect(tensorsIn(tt, { weight: b, n: 1 }, "kwargs").map(([name]) => name)).toEqual(["kwargs.weight"]);
  expect(recordsIn([{ dtype: "float32", shape: [1], data: [1] }, [null]])).toHaveLength(1);
});

it("compares nested results tensor by tensor", async () => {
  const record = [1, 2].map((x) => ({ dtype: "float32", shape: [1], data: [x] }));
  expect(await resultDifference(tt, [new FakeTensor([1]), new FakeTensor([2])], record)).toBeNull();
  expect(await resultDifference(tt, [new FakeTensor([1]), new FakeTensor([3])], record)).toMatch(
    /^output 1: 1 of 1 differ/,
  );
  expect(await resultDifference(tt, [new FakeTensor([1])], record)).toBe("1 tensors instead of 2");
  expect(
    await resultDifference(tt, [new FakeTensor([1]), new FakeTensor([3])], record, { modes: ["value", "meta"] }),
  ).toBeNull();
});
