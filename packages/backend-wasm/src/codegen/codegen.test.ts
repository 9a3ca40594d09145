import type { Tensor } from "@tt/core";
import {
  bfloat16,
  bool,
  complex64,
  complex128,
  type DType,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  uint8,
} from "@tt/core";
import * as torch from "@tt/core";
import { beforeAll, describe, expect, it } from "vitest";
import { install } from "../testing.ts";
import { hostUses } from "../host_use.ts";

const DTYPES = [uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, complex64, complex128, bool];

beforeAll(async () => {
  process.env["TT_WASM_COUNT_HOST"] = "1";
  await install({ small_storage: 0, threads: 1 });
});

/** Values with all that is special, of a dtype. */
function values(dtype: DType, seed: number, n = 120): Tensor {
  const some = [
    0,
    -0,
    1,
    -1,
    0.5,
    -0.3,
    2.7,
    -3.9,
    1e-3,
    7,
    12.5,
    -100.25,
    88,
    3e4,
    NaN,
    Infinity,
    -Infinity,
    5e-8,
    33,
  ];
  const cycle = Array.from({ length: n }, (_, i) => some[(i * (seed + 3)) % some.length]!);
  const base = torch.tensor(cycle, { dtype: float64 });
  if (dtype.is_floating_point) return base.to(dtype);
  const finite = base.nan_to_num(3, 50, -20);
  return dtype.is_complex ? torch.complex(finite, finite.flip(0).mul(0.5)).to(dtype) : finite.to(dtype);
}

/** A tensor on the device with the same layout. */
function moved(x: Tensor): Tensor {
  const whole = torch.as_strided(x, [x.storage.nbytes / x.dtype.itemsize], [1], 0).to("wasm");
  return torch.as_strided(whole, [...x.shape], [...x.strides], x.offset);
}

function numbers(x: Tensor): number[] {
  const parts = x.dtype.is_complex ? torch.view_as_real(x.cpu()) : x.cpu();
  return parts.to(float64).flatten().tolist() as number[];
}

const TOLERANCE: Readonly<Record<string, number>> = {
  float16: 1e-3,
  bfloat16: 8e-3,
  float32: 1e-6,
  float64: 1e-13,
  complex64: 3e-6,
  complex128: 1e-13,
};

/** The same on both devices, apart from rounding. */
function expectSame(compute: (...args: Tensor[]) => Tensor, ...args: Tensor[]): void {
  const want = compute(...args);
  const got = compute(...args.map(moved));
  expect(got.dtype).toBe(want.dtype);
  expect(got.shape).toEqual(want.shape);
  const tolerance = TOLERANCE[want.dtype.name] ?? 0;
  const [p, q] = [numbers(got), numbers(want)];
  const wrong = p.findIndex((x, i) => {
    const y = q[i]!;
    return !(Object.is(x, y) || x === y || Math.abs(x - y) <= tolerance * Math.max(1e-6, Math.abs(y)));
  });
  expect(wrong < 0 ? "" : `${String(want.dtype)} at ${wrong}: ${p[wrong]} instead of ${q[wrong]}`).toBe("");
}

const layouts = (x: Tensor): Tensor[] => [
  x,
  x.reshape([-1, 6]).t(),
  x.reshape([-1, 6]).narrow(1, 1, 3),
  x.narrow(0, 5, 7),
];

describe.each(DTYPES.map((dtype) => [dtype.name, dtype] as const))("%s", (_, dtype) => {
  it("arithmetic and comparisons in every layout", () => {
    const [a, b] = [layouts(values(dtype, 0)), layouts(values(dtype, 1))];
    a.forEach((x, i) => {
      const y = b[i]!;
      expectSame((p, q) => p.add(q), x, y);
      expectSame((p, q) => p.mul(q), x, y);
      expectSame((p, q) => p.eq(q), x, y);
      if (dtype !== bool) expectSame((p, q) => p.sub(q), x, y);
      if (!dtype.is_complex) expectSame((p, q) => p.lt(q), x, y);
      if (!dtype.is_complex) expectSame((p, q) => torch.maximum(p, q), x, y);
    });
    expectSame((p, q) => p.reshape([20, 6]).add(q.narrow(0, 3, 6)), a[0]!, b[0]!);
    expectSame((p, q) => p.reshape([20, 6]).mul(q.narrow(0, 3, 20).unsqueeze(1)), a[0]!, b[0]!);
  });

  it("promotes and casts to every dtype", () => {
    for (const to of DTYPES) {
      for (const x of layouts(values(dtype, 0))) expectSame((p) => p.to(to), x);
      expectSame((p, q) => p.add(q), values(dtype, 0), values(to, 2));
      expectSame((p, q) => torch.where(p.ne(0), p, q), values(dtype, 0), values(to, 2));
    }
  });

  it("reduces and scans along any dimension", () => {
    const whole = dtype.is_floating_point
      ? values(dtype, 0, 960).nan_to_num(0.25, 3, -3).clamp(-9, 9)
      : values(dtype, 0, 960);
    for (const x of [
      whole.reshape([40, 24]),
      whole.reshape([24, 40]).t(),
      whole.reshape([8, 6, 20]).permute(2, 0, 1),
    ]) {
      for (let d = 0; d < x.ndim; d++) {
        expectSame((p) => p.sum(d), x);
        expectSame((p) => p.any(d), x);
        expectSame((p) => p.cumsum(d), x);
        expectSame((p) => p.count_nonzero(d), x);
        if (dtype.is_complex) continue;
        expectSame((p) => p.amax(d), x);
        if (dtype !== bool) expectSame((p) => p.argmin(d), x);
        expectSame((p) => p.cummax(d)[1], x);
        if (dtype.is_floating_point) expectSame((p) => p.var(d), x);
      }
    }
  });
});

it("integers are divided as PyTorch does", () => {
  for (const dtype of [uint8, int8, int16, int32, int64]) {
    const [a, b] = [values(dtype, 0), values(dtype, 1).bitwise_or(1)];
    for (const op of [torch.floor_divide, torch.remainder, torch.fmod, torch.gcd, torch.lcm])
      expectSame((p, q) => op(p, q), a, b);
    expectSame((p, q) => torch.div(p, q, { rounding_mode: "trunc" }), a, b);
    expect(() => moved(a).floor_divide(moved(a.mul(0)))).toThrow("ZeroDivisionError");
  }
});

it("long sums do not depend on how they are cut, and keep their digits", () => {
  const x = torch.full([300_001], 0.1, { device: "wasm" });
  expect(x.sum().item() / (300_001 * Math.fround(0.1))).toBeCloseTo(1, 6);
  expect(x.reshape([-1]).argmax().item()).toBe(0);
  expect(x.mean().item()).toBeCloseTo(0.1, 7);
});

/** Units in the last place between a float32 and a double. */
function ulps(got: number, want: number): number {
  if (Object.is(got, want) || got === want || (got !== got && want !== want)) return 0;
  const rounded = Math.fround(want);
  if (got === rounded) return 0;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(rounded) || 1e-45)));
  return Math.abs(got - want) / 2 ** (exponent - 23);
}

/** Floats of all magnitudes: every n-th of all bit patterns. */
function sweep(): Tensor {
  const bits = new Uint32Array(20_000).map((_, i) => i * 214_748 + 17);
  return torch.tensor(Array.from(new Float32Array(bits.buffer)), { dtype: float32 });
}

const FUNCTIONS = [
  ..."exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split(" "),
  ..."sigmoid erf erfc erfinv sqrt rsqrt reciprocal".split(" "),
];

it.each(FUNCTIONS)("%s of float32 is right to 2 units in the last place, of double to 4", (name) => {
  const fn = (torch as unknown as Record<string, (x: Tensor) => Tensor>)[name]!;
  const near = torch.linspace(-12, 12, 6001);
  for (const x of [sweep(), near]) {
    const want = numbers(fn(x.to(float64)));
    const single = numbers(fn(x.to("wasm")));
    const worst = Math.max(...single.map((y, i) => ulps(y, want[i]!)));
    expect(worst).toBeLessThan(2);
    const double = numbers(fn(x.to(float64).to("wasm")));
    const off = double.map((y, i) =>
      Object.is(y, want[i]) || y === want[i] || y !== y ? 0 : Math.abs(y / want[i]! - 1),
    );
    expect(Math.max(...off)).toBeLessThan(1e-15 * (name === "erfc" || name === "erfinv" ? 40 : 4));
    expect(double.map(Number.isNaN)).toEqual(want.map(Number.isNaN));
  }
});

it("none of it was computed by the host", () => {
  const maps = [...hostUses().keys()].filter((key) => key !== "fill");
  expect(maps).toEqual([]);
});
