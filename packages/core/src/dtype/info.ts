import { pyExponent } from "../printing/number.ts";
import {
  bfloat16,
  type DType,
  type DTypeName,
  float16,
  float32,
  float64,
  get_default_dtype,
  inspectAs,
  int64,
} from "./dtype.ts";

/** Limits of a floating-point dtype. */
export class FInfo {
  readonly bits: number;
  /** Largest number. */
  readonly max: number;
  /** Smallest number: minus the largest. */
  readonly min: number;
  /** Distance from 1 to the next number. */
  readonly eps: number;
  /** Smallest positive number with full precision. */
  readonly smallest_normal: number;
  /** Another name of `smallest_normal`. */
  readonly tiny: number;
  /** About the smallest step of a number near 1, in decimal. */
  readonly resolution: number;
  readonly dtype: DTypeName;

  /** @internal */
  constructor(dtype: DType, mantissa: number, exponent: number, resolution: number) {
    this.bits = dtype.itemsize * 8;
    this.eps = 2 ** -mantissa;
    this.max = (2 - this.eps) * 2 ** exponent;
    this.min = -this.max;
    this.smallest_normal = 2 ** (1 - exponent);
    this.tiny = this.smallest_normal;
    this.resolution = resolution;
    this.dtype = dtype.name;
  }

  toString(): string {
    const { resolution, min, max, eps, tiny, dtype } = this;
    const [r, lo, hi, e, t] = [resolution, min, max, eps, tiny].map(shortest);
    return `finfo(resolution=${r}, min=${lo}, max=${hi}, eps=${e}, smallest_normal=${t}, tiny=${t}, dtype=${dtype})`;
  }
}

/** Limits of an integer dtype; bigints for int64. */
export class IInfo {
  readonly bits: number;
  readonly max: number | bigint;
  readonly min: number | bigint;
  readonly dtype: DTypeName;

  /** @internal */
  constructor(dtype: DType) {
    this.bits = dtype.itemsize * 8;
    this.dtype = dtype.name;
    const unsigned = dtype.name === "uint8";
    const bits = unsigned ? this.bits : this.bits - 1;
    this.max = dtype === int64 ? 2n ** 63n - 1n : 2 ** bits - 1;
    this.min = dtype === int64 ? -(2n ** 63n) : unsigned ? 0 : -(2 ** bits);
  }

  toString(): string {
    return `iinfo(min=${shortest(Number(this.min))}, max=${shortest(Number(this.max))}, dtype=${this.dtype})`;
  }
}

inspectAs(FInfo.prototype, String);
inspectAs(IInfo.prototype, String);

/** C's %g: six digits. */
function shortest(value: number): string {
  const text = pyExponent(value, 5);
  const power = Number(text.slice(text.indexOf("e") + 1));
  return power >= -4 && power < 6 ? String(Number(text)) : text.replace(/\.?0+e/, "e");
}

const FLOATS: readonly FInfo[] = [
  new FInfo(float16, 10, 15, 1e-3),
  new FInfo(bfloat16, 7, 127, 1e-2),
  new FInfo(float32, 23, 127, 1e-6),
  new FInfo(float64, 52, 1023, 1e-15),
];

/**
 * Limits of a floating-point dtype; of a complex one, those of its parts.
 * @throws TypeError for integers
 * @example
 * ```ts
 * import { finfo, float32 } from "@tt/core";
 * finfo(float32).eps; // 1.1920928955078125e-7
 * ```
 */
export function finfo(type: DType = get_default_dtype()): FInfo {
  const part = type.name === "complex64" ? "float32" : type.name === "complex128" ? "float64" : type.name;
  const found = FLOATS.find(({ dtype }) => dtype === part);
  if (found === undefined) {
    throw new TypeError("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'");
  }
  return found;
}

/**
 * Limits of an integer dtype.
 * @throws TypeError for others
 * @example
 * ```ts
 * import { iinfo, int8 } from "@tt/core";
 * iinfo(int8).max; // 127
 * ```
 */
export function iinfo(type: DType): IInfo {
  if (type.category > 1) {
    throw new TypeError("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'");
  }
  if (type.category === 0) throw new TypeError("torch.bool is not supported by torch.iinfo");
  return new IInfo(type);
}
