import { type Element, type Kernel, type Plan, spread } from "../kernel.ts";
import { ceilDiv, load, main, store, THREADS, u32, update } from "../source.ts";

/** Sorting of [outer, length, inner] along the middle. */
export interface SortSpec {
  readonly type: Element;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly descending: boolean;
  /** How many elements of each row are wanted, and the number of the first. */
  readonly count: number;
  readonly first: number;
}

/** What a plan calls the operands. */
export interface SortNames {
  readonly x: string;
  readonly out: string;
  readonly indices: string;
}

const NAMES: SortNames = { x: "x", out: "out", indices: "indices" };

/** Elements that a workgroup sorts on its own. */
const BLOCK = 1024;

/**
 * Sorts keys and positions with bitonic networks (Batcher 1968): rows of up to a thousand in one workgroup, longer ones by
 * merging such blocks. Positions decide between equal keys, so that the order is the stable one; NaN is greater than anything.
 * Operands: `x`, `out`, `indices`.
 */
export function sort(spec: SortSpec, names: SortNames = NAMES): Plan {
  const { outer, length, inner } = spec;
  const rows = outer * inner;
  const size = Math.max(2, 2 ** Math.ceil(Math.log2(Math.max(2, length))));
  if (size <= BLOCK) return { kernels: [small(spec, names, size)] };
  const kernels: Kernel[] = [blocks(spec, names, size)];
  for (let width = 2 * BLOCK; width <= size; width *= 2) {
    for (let step = width / 2; step >= BLOCK; step /= 2) kernels.push(exchange(rows, size, width, step));
    kernels.push(merge(rows, size, width));
  }
  kernels.push(collect(spec, names, size));
  return {
    kernels,
    scratch: [
      { name: "keys", type: "u32", length: rows * size },
      { name: "places", type: "u32", length: rows * size },
    ],
  };
}

/** `fn key(v) -> u32`, in the order wanted. */
function keys({ type, descending }: SortSpec): string {
  const flip = descending ? "~" : "";
  const rising = {
    // Zero has no sign here.
    f32: `let raw = select(bitcast<u32>(v), 0u, v == 0.0);
  if (is_nan(v)) { return ${flip}0xffffffffu; }
  let k = select(raw | 0x80000000u, ~raw, (raw >> 31u) == 1u);`,
    i32: "let k = bitcast<u32>(v) ^ 0x80000000u;",
    u32: "let k = v;",
  }[type];
  return `fn key(v: ${type}) -> u32 {
  ${rising}
  return ${flip}k;
}`;
}

const BEFORE = `fn before(a: vec2<u32>, b: vec2<u32>) -> bool { return a.x < b.x || (a.x == b.x && a.y < b.y); }`;

/** One network's steps from `step` down, in workgroup memory `pairs` of `size` elements; `ascending` decides the direction. */
function steps(size: number, from: string, ascending: string): string {
  return `for (var step = ${from}; step > 0u; step >>= 1u) {
      workgroupBarrier();
      for (var t = thread; t < ${size / 2}u; t += 256u) {
        let i = t / step * step * 2u + t % step;
        let a = pairs[i];
        let b = pairs[i + step];
        if (before(b, a) == (${ascending})) {
          pairs[i] = b;
          pairs[i + step] = a;
        }
      }
    }`;
}

function rowParams({ outer, length, inner, count, first }: SortSpec): Kernel["params"] {
  return [
    u32("rows", outer * inner),
    u32("length", length),
    u32("inner", inner),
    u32("count", count),
    u32("first", first),
  ];
}

function small(spec: SortSpec, { x, out, indices }: SortNames, size: number): Kernel {
  const { type, outer, inner } = spec;
  return {
    name: "sort",
    operands: [load(x, type), store(out, type), store(indices, "i32")],
    params: rowParams(spec),
    code: `
${keys(spec)}
${BEFORE}
var<workgroup> pairs: array<vec2<u32>, ${size}>;

${main(256)}
  let row = group;
  if (row >= p.rows) { return; }
  let start = row / p.inner * p.length * p.inner + row % p.inner;
  let goal = row / p.inner * p.count * p.inner + row % p.inner;
  for (var i = thread; i < ${size}u; i += 256u) {
    pairs[i] = vec2(0xffffffffu, i);
    if (i < p.length) { pairs[i].x = key(${x}_load(start + i * p.inner)); }
  }
  for (var width = 2u; width <= ${size}u; width <<= 1u) {
    ${steps(size, "width >> 1u", "(i & width) == 0u")}
  }
  workgroupBarrier();
  for (var i = thread; i < p.count; i += 256u) {
    let place = pairs[p.first + i].y;
    ${out}_store(goal + i * p.inner, ${x}_load(start + place * p.inner));
    ${indices}_store(goal + i * p.inner, i32(place));
  }
}`,
    workgroups: spread(outer * inner),
  };
}

/** Blocks sorted on their own, in alternating directions. */
function blocks(spec: SortSpec, { x }: SortNames, size: number): Kernel {
  const { type, outer, inner } = spec;
  return {
    name: "sort_blocks",
    operands: [load(x, type), update("keys", "u32"), update("places", "u32")],
    params: rowParams(spec),
    code: `
${keys(spec)}
${BEFORE}
var<workgroup> pairs: array<vec2<u32>, ${BLOCK}>;

${main(256)}
  let row = group / ${size / BLOCK}u;
  let first = group % ${size / BLOCK}u * ${BLOCK}u;
  if (row >= p.rows) { return; }
  let start = row / p.inner * p.length * p.inner + row % p.inner;
  for (var i = thread; i < ${BLOCK}u; i += 256u) {
    pairs[i] = vec2(0xffffffffu, first + i);
    if (first + i < p.length) { pairs[i].x = key(${x}_load(start + (first + i) * p.inner)); }
  }
  for (var width = 2u; width <= ${BLOCK}u; width <<= 1u) {
    ${steps(BLOCK, "width >> 1u", "((first + i) & width) == 0u")}
  }
  workgroupBarrier();
  for (var i = thread; i < ${BLOCK}u; i += 256u) {
    keys[row * ${size}u + first + i] = pairs[i].x;
    places[row * ${size}u + first + i] = pairs[i].y;
  }
}`,
    workgroups: spread((outer * inner * size) / BLOCK),
  };
}

/** One step of a merge over more than a block. */
function exchange(rows: number, size: number, width: number, step: number): Kernel {
  const pairs = (rows * size) / 2;
  return {
    name: "sort_exchange",
    operands: [update("keys", "u32"), update("places", "u32")],
    params: [u32("pairs", pairs), u32("size", size), u32("width", width), u32("step", step)],
    code: `
${BEFORE}

${main(THREADS)}
  let t = group * ${THREADS}u + thread;
  if (t >= p.pairs) { return; }
  let i = t / p.step * p.step * 2u + t % p.step;
  let a = vec2(keys[i], places[i]);
  let b = vec2(keys[i + p.step], places[i + p.step]);
  if (before(b, a) == (((i % p.size) & p.width) == 0u)) {
    keys[i] = b.x;
    places[i] = b.y;
    keys[i + p.step] = a.x;
    places[i + p.step] = a.y;
  }
}`,
    workgroups: spread(ceilDiv(pairs, THREADS)),
  };
}

/** The steps of a merge within blocks. */
function merge(rows: number, size: number, width: number): Kernel {
  const count = (rows * size) / BLOCK;
  return {
    name: "sort_merge",
    operands: [update("keys", "u32"), update("places", "u32")],
    params: [u32("blocks", count), u32("size", size), u32("width", width)],
    code: `
${BEFORE}
var<workgroup> pairs: array<vec2<u32>, ${BLOCK}>;

${main(256)}
  let first = group * ${BLOCK}u;
  if (group >= p.blocks) { return; }
  for (var i = thread; i < ${BLOCK}u; i += 256u) { pairs[i] = vec2(keys[first + i], places[first + i]); }
  ${steps(BLOCK, `${BLOCK / 2}u`, "(((first + i) % p.size) & p.width) == 0u")}
  workgroupBarrier();
  for (var i = thread; i < ${BLOCK}u; i += 256u) {
    keys[first + i] = pairs[i].x;
    places[first + i] = pairs[i].y;
  }
}`,
    workgroups: spread(count),
  };
}

/** The elements where sorting put them. */
function collect(spec: SortSpec, { x, out, indices }: SortNames, size: number): Kernel {
  const { type, outer, inner, count } = spec;
  const total = outer * inner * count;
  return {
    name: "sort_collect",
    operands: [
      load(x, type),
      { name: "places", type: "u32", access: "array" },
      store(out, type),
      store(indices, "i32"),
    ],
    params: [...rowParams(spec), u32("total", total)],
    code: `
${main(THREADS)}
  let t = group * ${THREADS}u + thread;
  if (t >= p.total) { return; }
  let row = t / (p.count * p.inner) * p.inner + t % p.inner;
  let i = t / p.inner % p.count;
  let place = places[row * ${size}u + p.first + i];
  ${out}_store(t, ${x}_load((row / p.inner * p.length + place) * p.inner + row % p.inner));
  ${indices}_store(t, i32(place));
}`,
    workgroups: spread(ceilDiv(total, THREADS)),
  };
}
