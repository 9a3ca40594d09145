import { type Kernel, type Param, spread } from "../kernel.ts";
import { ceilDiv, f32, load, main, store, THREADS, u32 } from "../source.ts";
import { eachPlace, place, poolParams, type PoolSpec, volume, windowFunctions } from "./windows.ts";

/** What a window's sum is divided by: what it counts, or a number. */
export interface Divisor {
  readonly count_include_pad: boolean;
  readonly override: number | null;
}

export const COUNT: Divisor = { count_include_pad: false, override: null };

/** `fn divisor(z, y, x) -> f32` of a window. */
function divisorFunction({ sliding }: PoolSpec, { count_include_pad, override }: Divisor): string {
  const length = (a: string): string =>
    sliding !== null && count_include_pad
      ? `(min(${a} * p.s${a} - p.p${a} + p.k${a}, p.i${a} + p.p${a}) - ${a} * p.s${a} + p.p${a})`
      : `(end_${a}(${a}) - begin_${a}(${a}))`;
  return `fn divisor(z: i32, y: i32, x: i32) -> f32 {
  return ${override === null ? `f32(${length("z")} * ${length("y")} * ${length("x")})` : "p.divisor"};
}`;
}

function params(spec: PoolSpec, { override }: Divisor, count: number): Param[] {
  return [...poolParams(spec), u32("count", count), ...(override === null ? [] : [f32("divisor", override)])];
}

/** Averages over windows. Operands: `x`, `out`. */
export function avgPool(spec: PoolSpec, divisor: Divisor = COUNT): Kernel {
  const count = spec.planes * volume(spec.output);
  return {
    name: "avg_pool",
    operands: [load("x"), store("out")],
    params: params(spec, divisor, count),
    code: `
${windowFunctions(spec)}
${divisorFunction(spec, divisor)}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let at = i32(i % p.windows);
  ${place("at", "o")}
  let base = i / p.windows * p.image;
  var sum = 0.0;
  var any = false;
  ${eachPlace(
    (a) => `begin_${a}(${a}_at)`,
    (a) => `end_${a}(${a}_at)`,
    () => "1",
    "sum += x_load(base + u32((z * p.iy + y) * p.ix + x)); any = true;",
  )}
  if (any) { sum /= divisor(z_at, y_at, x_at); }
  out_store(i, sum);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}

/** The gradient: every pixel adds up its shares of the windows it is in. Operands: `grad`, `out`. */
export function avgPoolBackward(spec: PoolSpec, divisor: Divisor = COUNT): Kernel {
  const count = spec.planes * volume(spec.image);
  return {
    name: "avg_pool_backward",
    operands: [load("grad"), store("out")],
    params: params(spec, divisor, count),
    code: `
${windowFunctions(spec)}
${divisorFunction(spec, divisor)}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let at = i32(i % p.image);
  ${place("at", "i")}
  let base = i / p.image * p.windows;
  var sum = 0.0;
  ${eachPlace(
    (a) => `first_${a}(${a}_at)`,
    (a) => `last_${a}(${a}_at) + 1`,
    () => "1",
    "sum += grad_load(base + u32((z * p.oy + y) * p.ox + x)) / divisor(z, y, x);",
  )}
  out_store(i, sum);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}
