/** torch.nn.init: fills tensors in place, without recording, with PyTorch's draws. */
import { eye, no_grad, randperm, type Tensor, ValueError } from "@tt/core";
import { isOptions } from "@tt/core/dispatch";
import { _calculate_fan_in_and_fan_out, calculate_gain } from "./fan.ts";

export { Tensor } from "@tt/core";
export { _calculate_fan_in_and_fan_out, calculate_gain };

/** Positional values and a trailing object of named ones, as one object. */
function named<T extends object>(names: readonly (keyof T)[], values: readonly unknown[]): Partial<T> {
  const out: Partial<T> = {};
  const last = values.findLastIndex((value) => value !== undefined);
  for (let i = 0; i <= last; i++) {
    const value = values[i];
    if (i === last && isOptions(value)) {
      for (const key of Object.keys(value)) {
        if (!(names as readonly string[]).includes(key)) {
          throw new TypeError(
            `got an unexpected keyword argument '${key}' (valid keyword arguments: ${names.join(", ")})`,
          );
        }
      }
      Object.assign(out, value);
    } else if (value !== undefined) out[names[i]!] = value as never;
  }
  return out;
}

type Named<T> = Partial<T>;

interface Bounds {
  a: number;
  b: number;
}

/** Uniform numbers of [a, b). */
export function uniform_(tensor: Tensor, a?: number | Named<Bounds>, b?: number | Named<Bounds>): Tensor {
  const o = { a: 0, b: 1, ...named<Bounds>(["a", "b"], [a, b]) };
  return no_grad(() => tensor.uniform_(o.a, o.b));
}

interface Moments {
  mean: number;
  std: number;
}

/** Normal numbers. */
export function normal_(tensor: Tensor, mean?: number | Named<Moments>, std?: number | Named<Moments>): Tensor {
  const o = { mean: 0, std: 1, ...named<Moments>(["mean", "std"], [mean, std]) };
  return no_grad(() => tensor.normal_(o.mean, o.std));
}

interface Truncated extends Moments {
  a: number;
  b: number;
}

const normalCdf = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;

/** Abramowitz and Stegun have too few digits for the bounds; the series and its tail give all of them. */
function erf(x: number): number {
  const t = Math.abs(x);
  if (t > 6) return Math.sign(x);
  let term = t;
  let sum = t;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (-t * t * (2 * n - 1)) / (n * (2 * n + 1));
    sum += term;
  }
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * sum;
}

/** Normal numbers, those outside [a, b] drawn as if never seen. */
export function trunc_normal_(tensor: Tensor, ...rest: readonly (number | Named<Truncated>)[]): Tensor {
  const o = { mean: 0, std: 1, a: -2, b: 2, ...named<Truncated>(["mean", "std", "a", "b"], rest) };
  return no_grad(() => {
    const lower = normalCdf((o.a - o.mean) / o.std);
    const upper = normalCdf((o.b - o.mean) / o.std);
    tensor.uniform_(2 * lower - 1, 2 * upper - 1);
    tensor.erfinv_();
    tensor.mul_(o.std * Math.SQRT2);
    tensor.add_(o.mean);
    return tensor.clamp_({ min: o.a, max: o.b });
  });
}

/** The same value everywhere. */
export function constant_(tensor: Tensor, val: number): Tensor {
  return no_grad(() => tensor.fill_(val));
}

/** Ones. */
export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}

/** Zeros. */
export function zeros_(tensor: Tensor): Tensor {
  return no_grad(() => tensor.zero_());
}

/** The identity matrix. */
export function eye_(tensor: Tensor): Tensor {
  if (tensor.ndim !== 2) throw new ValueError("Only tensors with 2 dimensions are supported");
  return no_grad(() => tensor.copy_(eye(tensor.shape[0]!, tensor.shape[1]!)));
}

/** A convolution that passes its input on, channel by channel. */
export function dirac_(tensor: Tensor, groups: number | { groups?: number } = 1): Tensor {
  const count = typeof groups === "number" ? groups : (groups.groups ?? 1);
  if (tensor.ndim < 3 || tensor.ndim > 5) {
    throw new ValueError("Only tensors with 3, 4, or 5 dimensions are supported");
  }
  const [out, inputs] = tensor.shape as [number, number];
  if (out % count !== 0) throw new ValueError("dim 0 must be divisible by groups");
  const perGroup = out / count;
  return no_grad(() => {
    tensor.zero_();
    for (let g = 0; g < count; g++) {
      for (let d = 0; d < Math.min(perGroup, inputs); d++) {
        tensor.setitem([g * perGroup + d, d, ...tensor.shape.slice(2).map((s) => Math.floor(s / 2))], 1);
      }
    }
    return tensor;
  });
}

interface Gain {
  gain: number;
}

/** Glorot's uniform initialisation. */
export function xavier_uniform_(tensor: Tensor, gain?: number | Named<Gain>): Tensor {
  const o = { gain: 1, ...named<Gain>(["gain"], [gain]) };
  const [fanIn, fanOut] = _calculate_fan_in_and_fan_out(tensor);
  const bound = Math.sqrt(3) * (o.gain * Math.sqrt(2 / (fanIn + fanOut)));
  return no_grad(() => tensor.uniform_(-bound, bound));
}

/** Glorot's normal initialisation. */
export function xavier_normal_(tensor: Tensor, gain?: number | Named<Gain>): Tensor {
  const o = { gain: 1, ...named<Gain>(["gain"], [gain]) };
  const [fanIn, fanOut] = _calculate_fan_in_and_fan_out(tensor);
  return no_grad(() => tensor.normal_(0, o.gain * Math.sqrt(2 / (fanIn + fanOut))));
}

interface Kaiming {
  a: number;
  mode: "fan_in" | "fan_out";
  nonlinearity: string;
}

type KaimingArg = number | string | Named<Kaiming>;

function kaimingStd(tensor: Tensor, rest: readonly KaimingArg[]): number {
  const o = {
    a: 0,
    mode: "fan_in",
    nonlinearity: "leaky_relu",
    ...named<Kaiming>(["a", "mode", "nonlinearity"], rest),
  };
  const mode = o.mode.toLowerCase();
  if (mode !== "fan_in" && mode !== "fan_out") {
    throw new ValueError(`Mode ${mode} not supported, please use one of ['fan_in', 'fan_out']`);
  }
  const [fanIn, fanOut] = _calculate_fan_in_and_fan_out(tensor);
  return calculate_gain(o.nonlinearity, o.a) / Math.sqrt(mode === "fan_in" ? fanIn : fanOut);
}

/** He's uniform initialisation. */
export function kaiming_uniform_(tensor: Tensor, ...rest: readonly KaimingArg[]): Tensor {
  if (tensor.numel() === 0) return tensor;
  const bound = Math.sqrt(3) * kaimingStd(tensor, rest);
  return no_grad(() => tensor.uniform_(-bound, bound));
}

/** He's normal initialisation. */
export function kaiming_normal_(tensor: Tensor, ...rest: readonly KaimingArg[]): Tensor {
  if (tensor.numel() === 0) return tensor;
  const std = kaimingStd(tensor, rest);
  return no_grad(() => tensor.normal_(0, std));
}

/** An orthogonal matrix (Saxe et al. 2013) by QR decomposition of normal numbers. */
export function orthogonal_(tensor: Tensor, gain?: number | Named<Gain>): Tensor {
  const o = { gain: 1, ...named<Gain>(["gain"], [gain]) };
  if (tensor.ndim < 2) throw new ValueError("Only tensors with 2 or more dimensions are supported");
  if (tensor.numel() === 0) return tensor;
  const rows = tensor.shape[0]!;
  const cols = tensor.numel() / rows;
  return no_grad(() => {
    const flat = tensor.new_empty([rows, cols]).normal_(0, 1);
    const q = orthonormal(rows < cols ? flat.t() : flat);
    tensor.view_as(tensor).copy_((rows < cols ? q.t() : q).reshape(tensor.shape));
    return tensor.mul_(o.gain);
  });
}

/**
 * Q of the QR decomposition whose R has a positive diagonal, by modified Gram-Schmidt with a second pass, in float64:
 * what LAPACK's Householder Q becomes once its columns take the signs of R's diagonal.
 */
function orthonormal(matrix: Tensor): Tensor {
  const [rows, cols] = matrix.shape as [number, number];
  const columns = (matrix.t().double().tolist() as number[][]).map((c) => Float64Array.from(c));
  columns.forEach((column, j) => {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        const other = columns[k]!;
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += column[i]! * other[i]!;
        for (let i = 0; i < rows; i++) column[i] = column[i]! - dot * other[i]!;
      }
    }
    const norm = Math.hypot(...column);
    for (let i = 0; i < rows; i++) column[i] = column[i]! / norm;
  });
  const out = matrix.new_empty([cols, rows]);
  columns.forEach((column, j) => out.select(0, j).copy_(out.new_tensor(Array.from(column))));
  return out.t();
}

interface Sparse {
  sparsity: number;
  std: number;
}

/** Normal numbers with the same share of zeros in each column (Martens 2010). */
export function sparse_(
  tensor: Tensor,
  sparsity: number | { sparsity: number; std?: number },
  std?: number | Named<Sparse>,
): Tensor {
  if (tensor.ndim !== 2) throw new ValueError("Only tensors with 2 dimensions are supported");
  const o = { std: 0.01, ...named<Sparse>(["sparsity", "std"], [sparsity, std]) } as Sparse;
  const [rows, cols] = tensor.shape as [number, number];
  const zeros = Math.ceil(o.sparsity * rows);
  return no_grad(() => {
    tensor.normal_(0, o.std);
    for (let col = 0; col < cols; col++) {
      const order = randperm(rows).narrow(0, 0, zeros);
      tensor.setitem([order, col], 0);
    }
    return tensor;
  });
}
