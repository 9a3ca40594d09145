import { describe, expect, it } from "vitest";
import { wasm } from "./index.ts";

const major = Number(process.versions.node.split(".")[0]);

describe("turbo", () => {
  it("is not used without being asked for", async () => {
    expect((await wasm()).info()).toMatchObject({ turbo: false, reason: expect.stringContaining("TT_WASM_TURBO=1") });
  });

  it("says why it can't be used", async () => {
    const { turbo, reason } = (await wasm({ turbo: true, simd: "strict" })).info();
    expect([turbo, reason]).toEqual([false, 'turbo needs fused multiply-add, which simd: "strict" rules out']);
    if (major >= 24) return;
    const early = (await wasm({ turbo: true })).info();
    expect([early.turbo, early.reason]).toEqual([
      false,
      `turbo needs Node 24 or newer, this is ${process.versions.node}`,
    ]);
  });

  it.runIf(major >= 24 && process.arch === "x64")("tests itself before it is used", async () => {
    const { turbo, reason, node } = (await wasm({ turbo: true })).info();
    expect([turbo, node]).toEqual([true, process.versions.node]);
    expect(reason).toMatch(/^the self-test passed/);
  });
});
