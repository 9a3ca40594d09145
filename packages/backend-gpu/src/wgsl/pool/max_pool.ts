import { type Element, type Kernel, spread } from "../kernel.ts";
import { ceilDiv, load, main, store, THREADS, u32 } from "../source.ts";
import { eachPlace, place, poolParams, type PoolSpec, step, volume, windowFunctions } from "./windows.ts";

/**
 * Maximum over windows: the first maximum, or the last NaN. Operands: `x`, `out`, and `indices`, flat in the image.
 */
export function maxPool(spec: PoolSpec, type: Element): Kernel {
  const count = spec.planes * volume(spec.output);
  const float = type === "f32";
  const lowest = float ? "-inf()" : "i32(-2147483648)";
  const wins = float ? "is_nan(value) || (!is_nan(best) && value > best)" : "value > best";
  return {
    name: "max_pool",
    operands: [load("x", type), store("out", type), store("indices", "i32")],
    params: [...poolParams(spec), u32("count", count)],
    code: `
${windowFunctions(spec)}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let at = i32(i % p.windows);
  ${place("at", "o")}
  let base = i / p.windows * p.image;
  var best = ${lowest};
  var found = (begin_z(z_at) * p.iy + begin_y(y_at)) * p.ix + begin_x(x_at);
  ${eachPlace(
    (a) => `begin_${a}(${a}_at)`,
    (a) => `end_${a}(${a}_at)`,
    (a) => step(spec, a),
    `let pixel = (z * p.iy + y) * p.ix + x;
        let value = x_load(base + u32(pixel));
        if (${wins}) { best = value; found = pixel; }`,
  )}
  out_store(i, best);
  indices_store(i, found);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}

/** Threads that keep a GPU busy. */
const BUSY = 16384;

/**
 * The gradient of every maximum goes to where it was found. A thread owns a part of a plane and looks for what comes there, so
 * that sums have one order. Operands: `grad`, `indices`, `out` (contiguous).
 */
export function maxPoolBackward(planes: number, windows: number, image: number): Kernel {
  const parts = Math.max(1, Math.min(64, Math.floor(BUSY / planes), ceilDiv(image, 16)));
  return {
    name: "max_pool_backward",
    operands: [load("grad"), load("indices", "i32"), { name: "out", type: "f32", access: "update" }],
    params: [
      u32("count", planes * parts),
      u32("parts", parts),
      u32("part", ceilDiv(image, parts)),
      u32("windows", windows),
      u32("image", image),
    ],
    code: `
${main(64)}
  let i = group * 64u + thread;
  if (i >= p.count) { return; }
  let plane = i / p.parts;
  let begin = i % p.parts * p.part;
  let end = min(begin + p.part, p.image);
  let base = plane * p.image;
  for (var at = begin; at < end; at++) { out[base + at] = 0.0; }
  for (var w = plane * p.windows; w < (plane + 1u) * p.windows; w++) {
    let at = u32(indices_load(w));
    if (at >= begin && at < end) { out[base + at] += grad_load(w); }
  }
}`,
    workgroups: spread(ceilDiv(planes * parts, 64)),
  };
}
