import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { counting } from "../../test/tensors.ts";
import { float32 } from "@tt/core";
import { loadSync, saveSync } from "../index.ts";

/** Saves over and over; the numbers tell which version it is, and the tensor must agree. */
const WRITER = `
import { loadSync, saveSync } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
const target = process.argv[1];
const checkpoint = loadSync(target);
process.stdout.write("ready");
for (let step = 1; ; step++) {
  checkpoint.w.array.fill(step);
  saveSync({ step, w: checkpoint.w, end: step }, target);
}`;

const kills = Number(process.env["TT_KILLS"] ?? 8);

describe("killing a process while it saves", () => {
  it(`never leaves an unreadable checkpoint (${kills} times)`, { timeout: 60_000 + 15_000 * kills }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "tt-kill-"));
    const target = join(folder, "model.pth");
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    try {
      saveSync({ step: 0, w: counting(float32, [500, 1000]), end: 0 }, target);
      let steps = 0;
      for (let i = 0; i < kills; i++) {
        const child = spawn(
          process.execPath,
          ["--conditions=@tt/source", `--import=${tsx}`, "--input-type=module", "--eval", WRITER, target],
          { stdio: ["ignore", "pipe", "inherit"] },
        );
        const ended = new Promise((resolve) => child.once("exit", resolve));
        await new Promise((resolve) => child.stdout.once("data", resolve));
        await sleep(5 + ((i * 37) % 60));
        child.kill("SIGKILL");
        await ended;
        const { step, w, end } = loadSync(target) as { step: number; w: { array: Float32Array }; end: number };
        expect(end).toBe(step);
        if (step > 0) expect([w.array[0], w.array[499_999]]).toEqual([step, step]);
        steps += step;
      }
      expect(steps).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
