import { expect, it } from "vitest";
import { missingKeywords, pythonKeywords, schemaKeywords } from "./signature.ts";

it("reads Python's signatures", () => {
  expect(pythonKeywords("norm(input, p='fro, x', dim=None, *, out=None) -> Tensor")).toEqual([
    "input",
    "p",
    "dim",
    "out",
  ]);
  expect(pythonKeywords("celu(input: torch.Tensor, shape: Tuple[int, int] = (1, 2), *args, _stacklevel=3)")).toEqual([
    "input",
    "shape",
  ]);
  expect(pythonKeywords("__rsub__(self, other)")).toEqual(["other"]);
});

it("reads schemas", () => {
  expect(
    schemaKeywords("sum.dim(Tensor input, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor"),
  ).toEqual(["input", "dim", "keepdim", "dtype"]);
});

it("joins overloads, and says nothing of callables without schemas", () => {
  const op = Object.assign(() => 0, {
    schema: ["f(Tensor input) -> Tensor", "f.x(Tensor input, int dim) -> Tensor"],
  });
  expect(missingKeywords(op, "f(input, dim, keepdim=False)")).toEqual(["keepdim"]);
  expect(missingKeywords(() => 0, "f(input)")).toBeNull();
});
