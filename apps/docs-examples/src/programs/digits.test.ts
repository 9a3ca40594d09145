import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { mnistFiles } from "./digits.ts";

it("draws the recorded digits, byte for byte", () => {
  const sums = [...mnistFiles()].map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]);
  expect(Object.fromEntries(sums)).toEqual({
    "train-images-idx3-ubyte": "bd3518461aca2aa377bf1dbe5c6af3928048a95319394ca31b6c068d588a984a",
    "train-labels-idx1-ubyte": "162a162013625b2f405d746c635949a0c0aa82a16d567c408edb7ebfa7a795cb",
    "t10k-images-idx3-ubyte": "49fc7803e6e5de8922593a0e62cbd5bd05fc49e466bec80ac7092bd1dbfdcaff",
    "t10k-labels-idx1-ubyte": "66e4c6deb5f2a061f7d8cd5ec53025fdb9dabb08265e449acb8cf64b8cd36cac",
  });
});
