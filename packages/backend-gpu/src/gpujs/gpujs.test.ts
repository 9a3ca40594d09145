import { expect, test } from "vitest";
import { describeMode } from "../../test/gpujs.ts";
import { gpu } from "../gpu.ts";

// In Node, gpu.js computes in WebAssembly or plain JavaScript; WebGL is tested in the browser.
describeMode("webasm");
describeMode("cpu");

test("gpu.js does not fall back in silence", async () => {
  await expect(gpu({ mode: "webgl2" })).rejects.toThrow(/WebGL2|webgl2/);
});
