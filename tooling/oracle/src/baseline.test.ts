import { expect, it } from "vitest";
import { judge, shrink } from "./baseline.ts";
import type { CaseResult } from "./report.ts";

function result(op: string, id: string, reason?: string): CaseResult {
  const base = { family: "ops", op, id, parts: {} } as const;
  return reason === undefined ? { ...base, status: "passed" } : { ...base, status: "failed", part: "forward", reason };
}

it("records a family it does not have, missing ops in one entry", () => {
  const results = [
    result("a", "1", "wrong"),
    result("a", "2"),
    result("b", "1", "missing: b"),
    result("b", "2", "missing: b"),
  ];
  expect(shrink({}, results)).toEqual({
    ops: { a: { "1": "forward: wrong" }, b: { "*": "missing: b" } },
  });
});

it("only shrinks afterwards", () => {
  const before = {
    ops: { a: { "1": "forward: wrong", "3": "forward: wrong" }, b: { "*": "missing: b" } },
  };
  const results = [result("a", "1"), result("a", "2", "new"), result("b", "1"), result("b", "2", "wrong")];
  expect(shrink(before, results)).toEqual({
    ops: { a: { "3": "forward: wrong" }, b: { "2": "forward: wrong" } },
  });
});

it("finds what is not listed and what passes though listed", () => {
  const before = { ops: { a: { "1": "forward: wrong" }, b: { "*": "missing: b" } } };
  const { unlisted, recovered } = judge(before, [
    result("a", "1"),
    result("a", "2", "new"),
    result("b", "1", "missing: b"),
  ]);
  expect(unlisted.map(({ id }) => id)).toEqual(["2"]);
  expect(recovered.map(({ id }) => id)).toEqual(["1"]);
});
