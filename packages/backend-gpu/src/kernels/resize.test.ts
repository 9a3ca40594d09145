import { arange, manual_seed, randn, type Tensor } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { describe, test } from "vitest";
import { expectSame, onDevice } from "../testing.ts";

manual_seed(0);

describe.each(["reflect", "replicate", "circular"] as const)("padding, %s", (mode) => {
  test(
    "forward and backward",
    onDevice(() => {
      const x = randn(2, 3, 5, 6);
      const before = [2, 1];
      const shape = [2, 3, 9, 8];
      expectSame([x], (x) => callOp("_pad", x, shape, before, mode));
      expectSame([randn(shape)], (g) => callOp("_pad_backward", g, x.shape, before, mode));
      expectSame([x.transpose(2, 3)], (x) => callOp("_pad", x, [2, 3, 8, 5], [1, 0], mode));
      expectSame([arange(12n).reshape(1, 3, 4)], (x) => callOp("_pad", x, [1, 3, 7], [2], mode));
    }),
  );
});

describe.each([
  ["nearest", false, false],
  ["nearest-exact", false, false],
  ["linear", false, false],
  ["linear", true, false],
  ["cubic", false, false],
  ["linear", false, true],
] as const)("resampling, %s, aligned %s, antialiased %s", (mode, align, antialias) => {
  test(
    "forward and backward",
    onDevice(() => {
      for (const shape of [
        [2, 3, 9, 13],
        [2, 3, 3, 4],
      ]) {
        const x = randn(2, 3, 5, 6);
        const settings = [mode, align, antialias, [null, null]];
        expectSame([x], (x) => callOp("_upsample", x, shape, ...settings));
        expectSame([randn(shape)], (g) => callOp("_upsample_backward", g, x.shape, ...settings));
      }
    }),
  );
});

describe("patches", () => {
  test(
    "im2col and col2im",
    onDevice(() => {
      const x = randn(2, 3, 7, 8);
      const settings = [
        [3, 2],
        [2, 1],
        [1, 2],
        [1, 3],
      ];
      const [rows, columns] = [Math.floor((7 + 2 - 5) / 1) + 1, Math.floor((8 + 4 - 2) / 3) + 1];
      const shape = [2, 3 * 6, rows * columns];
      expectSame([x], (x) => callOp("_im2col", x, shape, ...settings));
      expectSame([randn(shape)], (g: Tensor) => callOp("_col2im", g, x.shape, ...settings));
    }),
  );
});
