import { defineOp } from "../../dispatch/op.ts";
import { int64 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { fromArray } from "../../tensor/literal.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";

/** How PyTorch's messages show a tensor: `torch.FloatTensor[2, 8]`. */
function typeText(tensor: Tensor, separator = ""): string {
  const kinds: Record<string, string> = {
    float32: "Float",
    float64: "Double",
    complex64: "ComplexFloat",
    complex128: "ComplexDouble",
    int64: "Long",
  };
  const kind = kinds[tensor.dtype.name] ?? tensor.dtype.name;
  const shape = `[${tensor.shape.join(", ")}]`;
  return `torch.${kind}Tensor${separator === "" ? shape : `{${shape}}`}`;
}

interface Call {
  readonly name: string;
  readonly input: Tensor;
  readonly size: number;
  readonly hop: number;
  readonly width: number;
  readonly window: Tensor | null;
  readonly rest: readonly (readonly [string, unknown])[];
}

/** The start of PyTorch's messages, which repeats all arguments. */
function describe({ name, input, size, hop, width, window, rest }: Call): string {
  const value = (x: unknown): string => (x === null ? "None" : String(Number(x)));
  const tail = rest.map(([key, x]) => `, ${key}=${value(x)}`).join("");
  return `${name}(${typeText(input)}, n_fft=${size}, hop_length=${hop}, win_length=${width}, window=${window === null ? "None" : typeText(window, "{}")}${tail})`;
}

/** A window of `size` points: the given one, or ones, with zeros on both sides. */
function paddedWindow(input: Tensor, window: Tensor | null, width: number, size: number): Tensor | null {
  if (width === size) return window;
  const inner = window ?? input.detach().real.new_ones([width]);
  const left = Math.floor((size - width) / 2);
  return callOp("cat", [inner.new_zeros([left]), inner, inner.new_zeros([size - width - left])], 0);
}

/** The signal [..., n] extended by `pad` at both ends. */
function extended(input: Tensor, pad: number, mode: string): Tensor {
  const n = input.shape.at(-1)!;
  if (mode === "constant") {
    const zeros = input.new_zeros([...input.shape.slice(0, -1), pad]);
    return callOp("cat", [zeros, input, zeros], -1);
  }
  if (mode === "reflect" && pad >= n) {
    throw new RuntimeError(
      `Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (${pad}, ${pad}) at dimension 2 of input [${[1, 1, ...input.shape].slice(-3).join(", ")}]`,
    );
  }
  const source = (i: number): number => {
    if (mode === "reflect") return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
    if (mode === "replicate") return Math.min(Math.max(i, 0), n - 1);
    if (mode === "circular") return ((i % n) + n) % n;
    throw new RuntimeError(`Unrecognised padding mode ${mode}`);
  };
  const indices = BigInt64Array.from({ length: n + 2 * pad }, (_, i) => BigInt(source(i - pad)));
  return input.index_select(-1, fromArray(indices, int64, [indices.length]).to(input.device));
}

defineOp({
  schema:
    'stft(Tensor input, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, str pad_mode="reflect", bool normalized=False, bool? onesided=None, bool? return_complex=None) -> Tensor',
  doc: "The short-time Fourier transform of signals [n] or [batch, n]: [..., frequency, frame], windows `hop_length` apart.",
  out: false,
  decompose: (
    signal: Tensor,
    size: number,
    hopLength: number | null,
    winLength: number | null,
    window: Tensor | null,
    center: boolean,
    mode: string,
    normalized: boolean,
    onesided: boolean | null,
    returnComplex: boolean | null,
  ) => {
    const input = center ? extended(signal, Math.floor(size / 2), mode) : signal;
    const hop = hopLength ?? Math.floor(size / 4);
    const width = winLength ?? size;
    const complexInput = input.dtype.is_complex;
    const isComplex = complexInput || window?.dtype.is_complex === true;
    const rest = [
      ["normalized", normalized],
      ["onesided", onesided],
      ["return_complex", returnComplex],
    ] as const;
    const fail = (message: string): never => {
      throw new RuntimeError(
        `${describe({ name: "stft", input, size, hop, width, window, rest })} : expected ${message}`,
      );
    };
    if (input.dtype.category < 2) fail("a tensor of floating point or complex values");
    if (input.ndim > 2 || input.ndim < 1) fail("a 1D or 2D tensor");
    const batch = input.ndim === 1 ? input.unsqueeze(0) : input;
    const length = batch.shape[1]!;
    if (size <= 0 || size > length) fail(`0 < n_fft < ${length}, but got n_fft=${size}`);
    if (hop <= 0) fail(`hop_length > 0, but got hop_length=${hop}`);
    if (width <= 0 || width > size) fail(`0 < win_length <= n_fft, but got win_length=${width}`);
    if (window !== null && (window.ndim !== 1 || window.shape[0] !== width)) {
      fail(
        `a 1D window tensor of size equal to win_length=${width}, but got window with size [${window.shape.join(", ")}]`,
      );
    }
    const half = onesided ?? !isComplex;
    if (half && isComplex) throw new RuntimeError("Cannot have onesided output if window or input is complex");
    const shape = paddedWindow(input, window, width, size);
    let frames = batch.unfold(-1, size, hop);
    if (shape !== null) frames = frames.mul(shape);
    const spectrum = callOp(half ? "fft_rfft" : "fft_fft", frames, null, -1, normalized ? "ortho" : null).transpose(
      1,
      2,
    );
    const result = input.ndim === 1 ? spectrum.squeeze(0) : spectrum;
    return (returnComplex ?? isComplex) ? result : callOp("view_as_real", result);
  },
});

/** [batch, frame, size] summed where frames overlap: [batch, n]. */
function overlapAdd(frames: Tensor, hop: number): Tensor {
  const [batch, count, size] = frames.shape as readonly [number, number, number];
  return callOp("unfold_backward", frames, [batch, size + hop * (count - 1)], 1, size, hop);
}

defineOp({
  schema:
    "istft(Tensor input, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> Tensor",
  doc: "The signal whose short-time Fourier transform is nearest to the input, by overlap and add (Griffin and Lim 1984).",
  out: false,
  decompose: (
    given: Tensor,
    size: number,
    hopLength: number | null,
    winLength: number | null,
    window: Tensor | null,
    center: boolean,
    normalized: boolean,
    onesided: boolean | null,
    length: number | null,
    returnComplex: boolean,
  ) => {
    const hop = hopLength ?? Math.floor(size / 4);
    const width = winLength ?? size;
    const input = given.dtype.is_complex ? given : callOp("view_as_complex", given.contiguous());
    const rest = [
      ["center", center],
      ["normalized", normalized],
      ["onesided", onesided],
      ["length", length],
      ["return_complex", returnComplex],
    ] as const;
    const start = (): string => describe({ name: "istft", input: given, size, hop, width, window, rest });
    const check = (ok: boolean, message: () => string): void => {
      if (!ok) throw new RuntimeError(`${start()}${message()}`);
    };
    check(input.numel() > 0, () => ": input tensor cannot be empty.");
    check(
      input.ndim === 2 || input.ndim === 3,
      () => `: expected a tensor with 3 or 4 dimensions, but got ${given.ndim}`,
    );
    const batch = input.ndim === 2 ? input.unsqueeze(0) : input;
    const bins = batch.shape[1]!;
    const half = onesided ?? bins !== size;
    check(bins === (half ? Math.floor(size / 2) + 1 : size), () =>
      half
        ? `: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1 when onesided=True, but got ${bins}`
        : `: expected the frequency dimension (3rd to the last) of the input tensor to match n_fft when onesided=False, but got ${bins}`,
    );
    check(hop > 0 && hop <= width, () => ": expected 0 < hop_length <= win_length");
    check(width > 0 && width <= size, () => ": expected 0 < win_length <= n_fft");
    check(
      window === null || (window.ndim === 1 && window.shape[0] === width),
      () => `: Invalid window shape. window has to be 1D and length of \`win_length\``,
    );
    check(!(half && returnComplex), () => ": cannot have onesided output if window or input is complex");
    const shape = paddedWindow(input, window, width, size) ?? input.detach().real.new_ones([size]);
    const frames = batch.transpose(1, 2);
    const norm = normalized ? "ortho" : null;
    const points = returnComplex
      ? callOp("fft_ifft", frames, null, -1, norm)
      : callOp("fft_irfft", half ? frames : frames.narrow(-1, 0, Math.floor(size / 2) + 1), size, -1, norm);
    const weights = shape.mul(shape).expand([1, batch.shape[2]!, size]);
    const total = size + hop * (batch.shape[2]! - 1);
    const from = center ? Math.floor(size / 2) : 0;
    const to = length === null ? total - from : from + length;
    const kept = Math.min(to, total) - from;
    const signal = overlapAdd(points.mul(shape), hop).narrow(1, from, kept);
    const envelope = overlapAdd(weights, hop).narrow(1, from, kept);
    const least = envelope.detach().abs().min().item();
    check(least > 1e-11, () => ` window overlap add min: ${Number(least < 1e-11)}`);
    let result = signal.div(envelope);
    if (to > total) result = callOp("cat", [result, result.new_zeros([result.shape[0]!, to - total])], 1);
    return input.ndim === 2 ? result.squeeze(0) : result;
  },
});
