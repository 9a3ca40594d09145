import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("lets a process end that has workers", { timeout: 120_000 }, () => {
  const program = fileURLToPath(new URL("../../test/ending.ts", import.meta.url));
  const args = ["--import", "tsx", "--conditions=@tt/source", program];
  const { stdout, status } = spawnSync(process.execPath, args, { timeout: 110_000, encoding: "utf8" });
  expect([stdout, status]).toEqual(["1000000\n", 0]);
});
