import { describe, expect, it } from "vitest";
import * as fft from "../../fft.ts";
import { istft, stft } from "../../fft_torch.ts";
import { arange, complex64, complex128, float64, int64, ones, type Tensor, tensor, zeros } from "../../index.ts";

const expectClose = (a: Tensor, b: Tensor): void => {
  expect(a.shape).toEqual(b.shape);
  expect(a.sub(b).abs().max().item()).toBeLessThan(1e-10);
};
const wave = (...shape: number[]): Tensor =>
  arange(
    shape.reduce((x, y) => x * y, 1),
    { dtype: float64 },
  )
    .square()
    .sin()
    .reshape(shape);

it.each([null, "backward", "ortho", "forward"])("inverse pairs with norm %s", (norm) => {
  const x = wave(3, 5, 6);
  expectClose(fft.ifftn(fft.fftn(x, { norm }), { norm }).real, x);
  expectClose(fft.irfft(fft.rfft(x, { dim: 1, norm }), 5, 1, norm), x);
  expectClose(fft.irfftn(fft.rfftn(x, { norm }), { norm }), x);
  expectClose(fft.hfft(fft.ihfft(x, { norm }), { norm }), x);
  expectClose(fft.hfft2(fft.ihfft2(x, { norm }), { norm }), x);
});

it("several dimensions are one after the other", () => {
  const x = wave(4, 3, 5);
  expectClose(fft.fft2(x), fft.fft(fft.fft(x, { dim: -1 }), { dim: -2 }));
  expectClose(fft.rfftn(x), fft.fftn(x).narrow(-1, 0, 3));
});

it("cuts and pads to n", () => {
  const x = wave(6);
  expectClose(fft.fft(x, 4), fft.fft(x.narrow(0, 0, 4)));
  expect(fft.fft(x, 9).shape).toEqual([9]);
  expect(fft.fftn(wave(4, 4), { s: [2, -1] }).shape).toEqual([2, 4]);
});

it("integers become the default dtype, and dtypes keep their precision", () => {
  expect(fft.fft(tensor([1, 2, 3], { dtype: int64 })).dtype).toBe(complex64);
  expect(fft.rfft(wave(4)).dtype).toBe(complex128);
});

it("frequencies and shifts", () => {
  expect(fft.fftfreq(4, 0.5).tolist()).toEqual([0, 0.5, -1, -0.5]);
  expect(fft.rfftfreq(5, 1, { dtype: float64 }).tolist()).toEqual([0, 0.2, 0.4]);
  const x = arange(5);
  expect(fft.fftshift(x).tolist()).toEqual([3, 4, 0, 1, 2]);
  expect(fft.ifftshift(fft.fftshift(x)).tolist()).toEqual(x.tolist());
});

it("istft undoes stft", () => {
  const x = wave(2, 40);
  const window = arange(8, { dtype: float64 })
    .mul(Math.PI / 8)
    .sin()
    .square();
  const frames = stft(x, 8, { hop_length: 2, window, return_complex: true });
  expect(frames.shape).toEqual([2, 5, 21]);
  expectClose(istft(frames, 8, { hop_length: 2, window, length: 40 }), x);
});

describe("errors", () => {
  it.each<[string, () => unknown]>([
    ["Invalid number of data points (0) specified", () => fft.fft(ones(3), 0)],
    ['Invalid normalization mode: "x"', () => fft.fft(ones(3), { norm: "x" })],
    ["rfft expects a real input tensor, but got ComplexFloat", () => fft.rfft(zeros(3, { dtype: complex64 }))],
    ["FFT dims must be unique", () => fft.fftn(ones(3, 3), { dim: [0, 0] })],
    [
      "When given, dim and shape arguments must have the same length",
      () => fft.fftn(ones(3, 3), { s: [2, 2], dim: [0] }),
    ],
    ["Got shape with 2 values but input tensor only has 1 dimensions.", () => fft.fftn(ones(3), { s: [2, 2] })],
    [
      "stft(torch.FloatTensor[14], n_fft=4, hop_length=1, win_length=5, window=None, normalized=0, onesided=None, return_complex=1) : expected 0 < win_length <= n_fft, but got win_length=5",
      () => stft(ones(10), 4, { win_length: 5, return_complex: true }),
    ],
    ["window overlap add min: 1", () => istft(ones(3, 5, 2), 4, { window: zeros(4) })],
  ])("%s", (message, run) => {
    expect(run).toThrow(message);
  });
});
