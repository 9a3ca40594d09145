import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { bundle } from "../../test/program.ts";
import { counting } from "../../test/tensors.ts";
import { float32 } from "@tt/core";
import { loadSync, saveSync } from "../index.ts";

/** Saves over and over; the numbers tell which version it is, and the tensor must agree. */
const WRITER = `
import { load, save, saveSync } from "@tt/serialization";
const [, , target, how] = process.argv;
const checkpoint = await load(target);
process.stdout.write("ready");
for (let step = checkpoint.step + 1; ; step++) {
  checkpoint.w.array.fill(step);
  const value = { step, w: checkpoint.w, end: step };
  if (how === "sync") saveSync(value, target);
  else await save(value, target);
}`;

const kills = Number(process.env["TT_KILLS"] ?? 200);

describe("killing a process while it saves", () => {
  it(`never leaves an unreadable checkpoint (${kills} times)`, { timeout: 60_000 + 10_000 * kills }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "tt-kill-"));
    const target = join(folder, "model.pth");
    const writer = join(folder, "writer.mjs");
    try {
      await bundle(WRITER, writer);
      saveSync({ step: 0, w: counting(float32, [250, 1000]), end: 0 }, target);
      let last = 0;
      let interrupted = 0;
      for (let i = 0; i < kills; i++) {
        const child = spawn(process.execPath, [writer, target, i % 2 ? "sync" : "async"], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const ended = new Promise((resolve) => child.once("exit", resolve));
        await new Promise((resolve) => child.stdout.once("data", resolve));
        await sleep(1 + ((i * 37) % 40));
        child.kill("SIGKILL");
        await ended;
        const { step, w, end } = loadSync(target) as { step: number; w: { array: Float32Array }; end: number };
        expect(step).toBeGreaterThanOrEqual(last);
        expect(end).toBe(step);
        if (step > 0) expect(new Set(w.array)).toEqual(new Set([step]));
        last = step;
        const left = readdirSync(folder).filter((name) => name.endsWith(".tmp"));
        interrupted += left.length;
        for (const name of left) rmSync(join(folder, name));
      }
      // Otherwise nothing was killed while it wrote, and the test shows nothing.
      expect(last).toBeGreaterThan(0);
      expect(interrupted).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
