/** What loading costs besides the tensors themselves. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { full } from "@tt/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../test/program.ts";
import { load, saveSync } from "../index.ts";

const MIB = 2 ** 20;
const COUNT = 50;

/** Loads a file and prints by how many bytes the process grew at most, and its heap beyond that. */
const LOADER = `
import { load, loadSync } from "@tt/serialization";
const [, , path, how] = process.argv;
const before = process.resourceUsage().maxRSS;
const options = how === "mmap" ? { mmap: true } : {};
const loaded = how === "sync" ? loadSync(path) : await load(path, options);
let sum = 0;
// With mmap each is read when it is looked at, and dropped before the next.
for (const name of Object.keys(loaded)) {
  sum += loaded[name].array[5];
  if (how === "mmap") {
    delete loaded[name];
    await new Promise((resolve) => setTimeout(resolve, 0));
    globalThis.gc();
  }
}
console.log(JSON.stringify({ sum, grown: (process.resourceUsage().maxRSS - before) * 1024 }));
`;

describe("loading a file of 200 MiB", () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tt-memory-"));
    await bundle(LOADER, join(folder, "loader.mjs"));
    const state = Object.fromEntries(Array.from({ length: COUNT }, (_, i) => [`w${i}`, full([1024, 1024], i + 1)]));
    saveSync(state, join(folder, "model.pth"));
    saveSync(state, join(folder, "model.legacy.pth"), { _use_new_zipfile_serialization: false });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["model.pth", "async", 1.2],
    ["model.pth", "sync", 1.2],
    ["model.legacy.pth", "async", 1.2],
    ["model.pth", "mmap", 0.4],
  ])("takes little more memory: %s, %s", (file, how, limit) => {
    const output = execFileSync(process.execPath, ["--expose-gc", join(folder, "loader.mjs"), join(folder, file), how]);
    const { sum, grown } = JSON.parse(String(output)) as { sum: number; grown: number };
    expect(sum).not.toBe(0);
    expect(grown / (COUNT * 4 * MIB)).toBeLessThan(limit);
  });

  it("keeps tensors in a few buffers, none of them much larger than a quarter of the file", async () => {
    const state = (await load(join(folder, "model.pth"))) as Record<string, { array: Float32Array }>;
    const buffers = new Set(Object.values(state).map(({ array }) => array.buffer));
    expect(buffers.size).toBeGreaterThanOrEqual(4);
    expect(buffers.size).toBeLessThan(8);
    for (const { byteLength } of buffers) expect(byteLength).toBeLessThan((COUNT * 4 * MIB) / 4 + MIB);
  });
});
