import { expect, it } from "vitest";
import { CaseRecorder, count, familyLine, failureLines, lastLine, skipLines, skipped } from "./report.ts";

async function results(): Promise<Parameters<typeof count>[0]> {
  const good = new CaseRecorder();
  good.note("forward", null);
  good.note("grad", null);
  const bad = new CaseRecorder();
  bad.note("forward", null);
  await bad.run("grad", () => {
    throw new RangeError("too far\nsecond line");
  });
  return [good.result("ops", "add", "1"), bad.result("ops", "add", "2"), skipped("ops", "mul", "1", "no such thing")];
}

it("counts cases and parts", async () => {
  const all = await results();
  expect(count(all)).toEqual({ passed: 1, failed: 1, skipped: 1 });
  expect(familyLine("ops", all)).toBe(
    "ops      1 passed, 1 failed, 1 skipped, 50.0 % | forward 2/2 100.0 %, grad 1/2 50.0 %",
  );
  expect(lastLine(count(all))).toBe("oracle: 1 passed, 1 failed, 1 skipped");
});

it("keeps the first failing part and its reason", async () => {
  const [, bad] = await results();
  expect(bad).toMatchObject({ status: "failed", part: "grad", reason: "RangeError: too far" });
  expect(failureLines([bad!], 5)).toEqual(["failed 1 of ops/add: 2 grad: RangeError: too far"]);
});

it("prints skips by reason", async () => {
  expect(skipLines(await results())).toEqual(["skipped 1: no such thing"]);
});
