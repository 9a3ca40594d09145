import { expect, it } from "vitest";
import { parseOnly } from "./only.ts";

const NAMES = [
  "add",
  "addmm",
  "addmm.decomposed",
  "div.floor_rounding",
  "nn.functional.conv2d",
  "masked.sum",
  "sum",
  "__getitem__",
];

function chosen(only: string): string[] {
  const filter = parseOnly(only, NAMES);
  return NAMES.filter((name) => filter.op(name));
}

it("prefers whole names, with their variants", () => {
  expect(chosen("add,addmm")).toEqual(["add", "addmm", "addmm.decomposed"]);
  expect(chosen("sum")).toEqual(["sum"]);
  expect(chosen("div")).toEqual(["div.floor_rounding"]);
});

it("knows names without their namespace, then parts of names", () => {
  expect(chosen("conv2d")).toEqual(["nn.functional.conv2d"]);
  expect(chosen("getitem")).toEqual(["__getitem__"]);
});

it("selects single cases by op and id", () => {
  const filter = parseOnly("add/float32-3", NAMES);
  expect(filter.case("add", "float32-3")).toBe(true);
  expect(filter.case("add", "float32-4")).toBe(false);
  expect(filter.case("addmm", "float32-3")).toBe(false);
});

it("wants everything when empty", () => {
  expect(parseOnly(undefined, NAMES).case("add", "x")).toBe(true);
});
