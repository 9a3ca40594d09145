import { describe, expect, it } from "vitest";
import * as torch from "@tt/torch";
import { plain, Run, total_norm } from "./common.ts";

describe("Run", () => {
  it("reads options with the types of their defaults", () => {
    const run = new Run("x", { steps: 10, bf16_steps: 5, quick: false, data: null }, [
      "--steps",
      "3",
      "--quick",
      "--data",
      "d",
      "--seed",
      "7",
    ]);
    expect(run.args).toMatchObject({ steps: 3, bf16_steps: 5, quick: true, data: "d", seed: 7, dtype: "float32" });
    expect(() => new Run("x", { steps: 10 }, ["--steps", "many"])).toThrow("--steps many is not a number");
    expect(() => new Run("x", {}, ["--nope"])).toThrow("nope");
  });

  it("seeds the generator, collects results and refuses a key twice", () => {
    const run = new Run("x", {});
    run.emit("first", torch.rand(1).at(0));
    expect(run.results.get("first")).toBeCloseTo(0.757631599903, 9);
    expect(() => run.emit("first", 1)).toThrow("appears twice");
  });

  it("widens data in a float64 run, but not integers", () => {
    const run = new Run("x", {}, ["--dtype", "float64"]);
    expect(run.cast(torch.ones(2)).dtype).toBe(torch.float64);
    expect(run.cast(torch.tensor([1n])).dtype).toBe(torch.int64);
  });
});

it("writes values as JSON has them", () => {
  const values = [
    torch.tensor([1, Number.NaN]),
    -Infinity,
    3n,
    undefined,
    new Map([["a", torch.tensor(2)]]),
    { b: [true] },
  ];
  expect(plain(values)).toEqual([[1, "nan"], "-inf", 3, null, { a: 2 }, { b: [true] }]);
  expect(() => plain(torch.float32)).toThrow("cannot emit");
});

it("takes the norm over all tensors together", () => {
  expect(total_norm([torch.tensor([3]), torch.tensor([4])])).toBe(5);
});
