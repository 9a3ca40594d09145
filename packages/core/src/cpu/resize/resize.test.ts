import { describe, expect, it } from "vitest";
import { Complex } from "../../dtype/complex.ts";
import { complex64, int64, uint8 } from "../../dtype/dtype.ts";
import { readElement } from "../../dtype/element.ts";
import { distance, scattered, viewOf, wave } from "../testing.ts";
import type { ArrayView } from "../view.ts";
import { fold, unfold } from "./fold.ts";
import { gridSample, gridSampleBackward } from "./grid_sample.ts";
import { pad, padBackward } from "./pad.ts";
import { upsample, upsampleBackward } from "./upsample.ts";

// The expected numbers are PyTorch's.
const NEAR = 3e-6;
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const values = (view: ArrayView): unknown[] =>
  range(view.array.length / view.dtype.lanes).map((i) => readElement(view.array, view.dtype, i));

describe("upsample", () => {
  const x = viewOf([1, 1, 2, 3], range(6));
  const plain = { align_corners: false, antialias: false, scales: [null, null] };

  it.each([
    [
      "linear",
      { align_corners: true },
      [3, 4],
      [0, 0.666667, 1.333333, 2, 1.5, 2.166667, 2.833333, 3.5, 3, 3.666667, 4.333333, 5],
    ],
    ["linear", {}, [3, 4], [0, 0.625, 1.375, 2, 1.5, 2.125, 2.875, 3.5, 3, 3.625, 4.375, 5]],
    [
      "cubic",
      { scales: [1.5, 1.5] },
      [3, 4],
      [
        -0.347222, 0.145833, 0.969907, 1.613426, 1.413195, 1.90625, 2.730324, 3.373843, 3.173611, 3.666667, 4.490741,
        5.13426,
      ],
    ],
    ["linear", { antialias: true }, [1, 2], [1.875, 3.125]],
    ["nearest", {}, [4, 4], [0, 0, 1, 2, 0, 0, 1, 2, 3, 3, 4, 5, 3, 3, 4, 5]],
    ["nearest-exact", {}, [4, 4], [0, 1, 1, 2, 0, 1, 1, 2, 3, 4, 4, 5, 3, 4, 4, 5]],
  ] as const)("%s %o to %o", (mode, options, size, expected) => {
    const out = viewOf([1, 1, ...size]);
    for (const view of [x, scattered(x)]) {
      upsample(out, view, { ...plain, ...options, mode });
      expect(distance(out, expected)).toBeLessThan(NEAR);
    }
  });

  it("differentiates", () => {
    const grad = viewOf([1, 1, 2, 3]);
    upsampleBackward(grad, viewOf([1, 1, 3, 4], wave(12)), { ...plain, mode: "linear" });
    expect(distance(grad, [0.768647, 0.490894, -1.461938, 1.404713, -0.322094, -0.949818])).toBeLessThan(NEAR);
  });

  it("takes other ranks and dtypes", () => {
    const line = viewOf([1, 1, 4]);
    upsample(line, viewOf([1, 1, 2], [1, 3]), { ...plain, mode: "linear", scales: [2] });
    expect(values(line)).toEqual([1, 1.5, 2.5, 3]);
    const bytes = viewOf([1, 1, 1, 1, 4], undefined, uint8);
    upsample(bytes, viewOf([1, 1, 1, 1, 2], [7, 200], uint8), {
      ...plain,
      mode: "nearest",
      scales: [null, null, null],
    });
    expect(values(bytes)).toEqual([7, 7, 200, 200]);
  });
});

describe("gridSample", () => {
  const x = viewOf([1, 1, 3, 4], wave(12));
  const grid = viewOf([1, 3, 1, 2], [-0.9, -0.2, 0.3, 1.4, -1.7, 0.6]);

  it.each([
    ["bilinear", "zeros", [0.242116, 0, 0], [0.21, 0, 0, 0, 0.49], [0.691759, 0.518819, 0, 0, 0, 0]],
    ["bilinear", "border", [0.345879, -0.880158, 0.822657], [0.3, 0, 0, 0, 1], [0, 0.74117, 3.249594, 0, 0, 1.642718]],
    [
      "bilinear",
      "reflection",
      [0.345879, -0.861312, 0.475489],
      [0.3, 0, 0, 0, 0.73],
      [0, 0.74117, 2.957329, 0.56537, 2.314451, -1.462802],
    ],
    ["nearest", "zeros", [0.494113, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0]],
    ["nearest", "reflection", [0.494113, -0.961397, 0.396741], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0]],
    [
      "bicubic",
      "zeros",
      [0.158659, 0.059431, -0.005972],
      [0.271332, -0.035969, 0, 0, 0.689179],
      [0.73899, 0.758141, -0.014156, 1.38673, -0.676839, 0.004431],
    ],
    [
      "bicubic",
      "border",
      [0.251991, -0.977287, 0.832563],
      [0.289509, -0.03076, 0, 0, 1.189145],
      [0.06097, 0.9458, 0.309008, 0, 0, 1.170308],
    ],
    [
      "bicubic",
      "reflection",
      [0.224555, -0.96414, 0.544831],
      [0.321282, -0.062942, -0.011984, -0.001107, 0.984004],
      [0.348401, 1.000531, 0.089948, 0.360448, 6.03394, -1.313725],
    ],
  ] as const)("%s with %s", (mode, padding_mode, sampled, gradInput, gradGrid) => {
    const params = { mode, padding_mode, align_corners: false };
    const out = viewOf([1, 1, 3, 1]);
    gridSample(out, scattered(x), scattered(grid), params);
    expect(distance(out, sampled)).toBeLessThan(NEAR);
    const gx = viewOf([1, 1, 3, 4]);
    const gg = viewOf([1, 3, 1, 2]);
    gridSampleBackward(gx, gg, viewOf([1, 1, 3, 1], [1, 2, 3]), x, grid, params);
    expect(distance(gx, gradInput)).toBeLessThan(NEAR);
    expect(distance(gg, gradGrid)).toBeLessThan(NEAR);
  });

  it("samples volumes", () => {
    const out = viewOf([1, 1, 1, 1, 1]);
    const centre = viewOf([1, 1, 1, 1, 3], [0, 0, 0.5]);
    gridSample(out, viewOf([1, 1, 2, 2, 2], range(8)), centre, {
      mode: "bilinear",
      padding_mode: "border",
      align_corners: true,
    });
    expect(values(out)).toEqual([4.5]);
  });
});

describe("fold", () => {
  const params = { kernel_size: [2, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1] };

  it("lists patches and sums them back", () => {
    const image = viewOf([1, 1, 2, 3], range(6));
    const columns = viewOf([1, 4, 2]);
    unfold(columns, scattered(image), params);
    expect(values(columns)).toEqual([0, 1, 1, 2, 3, 4, 4, 5]);
    const out = viewOf([1, 1, 2, 3]);
    fold(out, scattered(columns), params);
    expect(values(out)).toEqual([0, 2, 2, 3, 8, 5]);
  });

  it("takes complex numbers", () => {
    const image = viewOf([1, 1, 1, 2], [new Complex(1, 2), new Complex(3, 4)], complex64);
    const columns = viewOf([1, 2, 1], undefined, complex64);
    unfold(columns, image, { ...params, kernel_size: [1, 2] });
    expect(values(columns)).toEqual([new Complex(1, 2), new Complex(3, 4)]);
  });
});

describe("pad", () => {
  const x = viewOf([1, 3], [1, 2, 3]);

  it.each([
    ["reflect", [3, 2, 1, 2, 3, 2]],
    ["replicate", [1, 1, 1, 2, 3, 3]],
    ["circular", [2, 3, 1, 2, 3, 1]],
  ] as const)("%s", (mode, padded) => {
    const out = viewOf([1, 6]);
    pad(out, scattered(x), [2], mode);
    expect(values(out)).toEqual(padded);
    // The gradient of the sum of weight * output counts each input where it was used.
    const weight = [1, 2, 4, 8, 16, 32];
    const grad = viewOf([1, 3]);
    padBackward(grad, viewOf([1, 6], weight), [2], mode);
    expect(values(grad)).toEqual(
      [1, 2, 3].map((value) => weight.reduce((sum, w, i) => sum + (padded[i] === value ? w : 0), 0)),
    );
  });

  it("cuts off where the padding is negative, and moves any dtype", () => {
    const out = viewOf([2, 2], undefined, int64);
    pad(out, viewOf([2, 3], range(6), int64), [0, -1], "replicate");
    expect(values(out)).toEqual([1n, 2n, 4n, 5n]);
  });
});
