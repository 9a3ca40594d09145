import { type Kernel, type Plan, spread } from "../kernel.ts";
import { ceilDiv, load, main, store, u32 } from "../source.ts";
import {
  attentionParams,
  type AttentionSpec,
  BLOCK,
  blockMain,
  eachProduct,
  LANES,
  maskOperand,
  ROW,
  scoreFunction,
  share,
  tileMemory,
  tileProduct,
  zeros,
} from "./tiles.ts";

/**
 * softmax(query key^T scale + mask) value, without the scores in memory (Dao et al. 2022). Operands: `query`, `key`, `value`,
 * `mask`, `out`, and `shifts` [heads, m, 2], each row's maximum and the reciprocal of its sum.
 */
export function attention(spec: AttentionSpec, scale: number): Kernel {
  const { heads, m, width, depth, causal } = spec;
  return {
    name: "attention",
    operands: [load("query"), load("key"), load("value"), ...maskOperand(spec), store("out"), store("shifts")],
    params: attentionParams(spec, scale),
    code: `
${tileMemory("scores")}
var<workgroup> shares: array<f32, 256>;
${scoreFunction(spec)}

${blockMain("m")}
  let query_at = (head * p.m + first) * ${width}u;
  let stop = ${causal ? `min(p.n, first + ${BLOCK}u)` : "p.n"};
  // The least finite number begins: minus infinity less itself would be NaN.
  var top = -3.4028234e38;
  var sum = 0.0;
  ${zeros("acc", depth)}
  for (var n0 = 0u; n0 < stop; n0 += ${BLOCK}u) {
    let key_at = (head * p.n + n0) * ${width}u;
    let value_at = (head * p.n + n0) * ${depth}u;
    ${tileProduct(
      "s",
      width,
      "p.m - first",
      "p.n - n0",
      `query_load(query_at + r * ${width}u + d)`,
      `key_load(key_at + r * ${width}u + d)`,
    )}
    ${eachProduct((r, c, k) => `scores[${r} * ${ROW}u + ${c}] = score(s[${k}], head, first + ${r}, n0 + ${c});`)}
    workgroupBarrier();
    let place = row * ${ROW}u + lane * 4u;
    let mine = vec4(scores[place], scores[place + 1u], scores[place + 2u], scores[place + 3u]);
    var best = max(max(max(mine.x, mine.y), max(mine.z, mine.w)), top);
    shares[thread] = best;
    workgroupBarrier();
    for (var i = 0u; i < ${LANES}u; i++) { best = max(best, shares[row * ${LANES}u + i]); }
    workgroupBarrier();
    let weights = vec4(weight(mine.x - best), weight(mine.y - best), weight(mine.z - best), weight(mine.w - best));
    scores[place] = weights.x;
    scores[place + 1u] = weights.y;
    scores[place + 2u] = weights.z;
    scores[place + 3u] = weights.w;
    shares[thread] = weights.x + weights.y + weights.z + weights.w;
    workgroupBarrier();
    let fade = exp(top - best);
    top = best;
    sum *= fade;
    for (var i = 0u; i < ${LANES}u; i++) { sum += shares[row * ${LANES}u + i]; }
    ${share(depth, (j) => `acc_${j} *= fade;`)}
    for (var k = 0u; k < min(${BLOCK}u, p.n - n0); k++) {
      let w = scores[row * ${ROW}u + k];
      ${share(depth, (j, column) => `acc_${j} += w * value_load(value_at + k * ${depth}u + ${column});`)}
    }
    workgroupBarrier();
  }
  let i = head * p.m + first + row;
  if (first + row >= p.m) { return; }
  // Nothing may be attended to.
  let factor = select(1.0 / sum, nan(), sum == 0.0);
  ${share(depth, (j, column) => `out_store(i * ${depth}u + ${column}, acc_${j} * factor);`)}
  if (lane == 0u) {
    shifts_store(2u * i, top);
    shifts_store(2u * i + 1u, factor);
  }
}`,
    workgroups: spread(heads * ceilDiv(m, BLOCK)),
  };
}

/**
 * The gradients. Operands: `grad`, `query`, `key`, `value`, `mask`, `result`, `shifts` (of {@link attention}), `grad_query`,
 * `grad_key`, `grad_value`.
 */
export function attentionBackward(spec: AttentionSpec, scale: number): Plan {
  return {
    kernels: [levels(spec), forQueries(spec, scale), forKeys(spec, scale)],
    scratch: [{ name: "rows", type: "f32", length: spec.heads * spec.m * 3 }],
  };
}

/** `rows`: maximum, factor, and the scalar product of result and gradient, of each row. */
function levels({ heads, m, depth }: AttentionSpec): Kernel {
  return {
    name: "attention_levels",
    operands: [load("grad"), load("result"), load("shifts"), { name: "rows", type: "f32", access: "update" }],
    params: [u32("count", heads * m)],
    code: `
${main(64)}
  let i = group * 64u + thread;
  if (i >= p.count) { return; }
  var sum = 0.0;
  for (var d = i * ${depth}u; d < (i + 1u) * ${depth}u; d++) { sum += grad_load(d) * result_load(d); }
  rows[3u * i] = shifts_load(2u * i);
  rows[3u * i + 1u] = shifts_load(2u * i + 1u);
  rows[3u * i + 2u] = sum;
}`,
    workgroups: spread(ceilDiv(heads * m, 64)),
  };
}

/**
 * Tiles of a block of queries from `q0` and of keys from `n0`: the weights, and the slopes (gradients of scores).
 */
function tiles({ width, depth }: AttentionSpec): string {
  return `${tileProduct(
    "s",
    width,
    "p.m - q0",
    "p.n - n0",
    `query_load((head * p.m + q0 + r) * ${width}u + d)`,
    `key_load((head * p.n + n0 + r) * ${width}u + d)`,
  )}
    ${tileProduct(
      "t",
      depth,
      "p.m - q0",
      "p.n - n0",
      `grad_load((head * p.m + q0 + r) * ${depth}u + d)`,
      `value_load((head * p.n + n0 + r) * ${depth}u + d)`,
    )}
    ${eachProduct(
      (r, c, k) => `{
      var w = 0.0;
      var slope = 0.0;
      if (q0 + ${r} < p.m && n0 + ${c} < p.n) {
        let i = head * p.m + q0 + ${r};
        w = weight(score(s[${k}], head, q0 + ${r}, n0 + ${c}) - rows[3u * i]) * rows[3u * i + 1u];
        slope = w * (t[${k}] - rows[3u * i + 2u]) * p.scale;
      }
      weights[${r} * ${ROW}u + ${c}] = w;
      slopes[${r} * ${ROW}u + ${c}] = slope;
    }`,
    )}
    workgroupBarrier();`;
}

const ROWS = { name: "rows", type: "f32", access: "array" } as const;

/** The gradient of a block of queries. */
function forQueries(spec: AttentionSpec, scale: number): Kernel {
  const { heads, m, width, causal } = spec;
  return {
    name: "attention_queries",
    operands: [
      load("grad"),
      load("query"),
      load("key"),
      load("value"),
      ...maskOperand(spec),
      ROWS,
      store("grad_query"),
    ],
    params: attentionParams(spec, scale),
    code: `
${tileMemory("weights", "slopes")}
${scoreFunction(spec)}

${blockMain("m")}
  let q0 = first;
  let stop = ${causal ? `min(p.n, first + ${BLOCK}u)` : "p.n"};
  ${zeros("acc", width)}
  for (var n0 = 0u; n0 < stop; n0 += ${BLOCK}u) {
    ${tiles(spec)}
    for (var k = 0u; k < min(${BLOCK}u, p.n - n0); k++) {
      let slope = slopes[row * ${ROW}u + k];
      ${share(width, (j, column) => `acc_${j} += slope * key_load((head * p.n + n0 + k) * ${width}u + ${column});`)}
    }
    workgroupBarrier();
  }
  if (first + row >= p.m) { return; }
  ${share(width, (j, column) => `grad_query_store((head * p.m + first + row) * ${width}u + ${column}, acc_${j});`)}
}`,
    workgroups: spread(heads * ceilDiv(m, BLOCK)),
  };
}

/** The gradients of a block of keys and values. */
function forKeys(spec: AttentionSpec, scale: number): Kernel {
  const { heads, n, width, depth, causal } = spec;
  return {
    name: "attention_keys",
    operands: [
      load("grad"),
      load("query"),
      load("key"),
      load("value"),
      ...maskOperand(spec),
      ROWS,
      store("grad_key"),
      store("grad_value"),
    ],
    params: attentionParams(spec, scale),
    code: `
${tileMemory("weights", "slopes")}
${scoreFunction(spec)}

${blockMain("n")}
  let n0 = first;
  ${zeros("key_acc", width)}
  ${zeros("value_acc", depth)}
  for (var q0 = ${causal ? "first" : "0u"}; q0 < p.m; q0 += ${BLOCK}u) {
    ${tiles(spec)}
    for (var k = 0u; k < min(${BLOCK}u, p.m - q0); k++) {
      let w = weights[k * ${ROW}u + row];
      let slope = slopes[k * ${ROW}u + row];
      ${share(width, (j, column) => `key_acc_${j} += slope * query_load((head * p.m + q0 + k) * ${width}u + ${column});`)}
      ${share(depth, (j, column) => `value_acc_${j} += w * grad_load((head * p.m + q0 + k) * ${depth}u + ${column});`)}
    }
    workgroupBarrier();
  }
  if (first + row >= p.n) { return; }
  let i = head * p.n + first + row;
  ${share(width, (j, column) => `grad_key_store(i * ${width}u + ${column}, key_acc_${j});`)}
  ${share(depth, (j, column) => `grad_value_store(i * ${depth}u + ${column}, value_acc_${j});`)}
}`,
    workgroups: spread(heads * ceilDiv(n, BLOCK)),
  };
}
