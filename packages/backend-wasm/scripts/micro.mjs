/**
 * The inner loops of matrix products as WebAssembly text, one function for each element type and number of rows. They are written
 * down here, not in AssemblyScript, because the machine code depends on the order of their instructions, which optimizers
 * of WebAssembly change. scripts/build.mjs puts them in the place of the functions that assembly/micro.ts declares.
 *
 * What V8 makes of the text, read from `node --print-wasm-code` and `--trace-wasm-revectorize`:
 * - It leaves 15 vector registers: 6 x 2 vectors fit when multiply and add are one instruction, else 5 x 2. With the 256-bit
 *   revectorizer ("turbo") the pairs of a 6 x 4 tile do.
 * - The loop must test at its top, or V8 before 13 loads all of A's numbers before the first product and spills.
 * - A broadcasting load takes no offset: V8 adds it beforehand. The first step stands before the loop, so that these sums are
 *   made once; with them inside, the decoder limits the loop.
 * - Unrolling pays (for turbo) only if every step ends in a test, for the same reason as the first point.
 */

/** Types of elements: `lanes` of a vector, a broadcasting load, and c + a * b. */
const TYPES = {
  f32: { vector: "f32x4", lanes: 4, splat: "v128.load32_splat", madd: (t, a, b, c) => floatMadd("f32x4", t, a, b, c) },
  f64: { vector: "f64x2", lanes: 2, splat: "v128.load64_splat", madd: (t, a, b, c) => floatMadd("f64x2", t, a, b, c) },
  i32: {
    vector: "i32x4",
    lanes: 4,
    splat: "v128.load32_splat",
    madd: (_, a, b, c) => `(i32x4.add (i32x4.mul ${a} ${b}) ${c})`,
  },
  i64: {
    vector: "i64x2",
    lanes: 2,
    splat: "v128.load64_splat",
    madd: (_, a, b, c) => `(i64x2.add (i64x2.mul ${a} ${b}) ${c})`,
  },
};

function floatMadd(lanes, target, a, b, c) {
  return target === "simd" ? `(${lanes}.add (${lanes}.mul ${a} ${b}) ${c})` : `(${lanes}.relaxed_madd ${a} ${b} ${c})`;
}

/** Rows and vectors of a tile; assembly/tile.ts has the same numbers. */
export function tileOf(type, target) {
  if (type[0] === "i") return { rows: 4, vectors: 2 };
  return { rows: target === "simd" ? 5 : 6, vectors: target === "turbo" ? 4 : 2 };
}

/** Text of all kernels of a build ("simd", "relaxed" or "turbo"), by name. */
export function microKernels(target) {
  const texts = new Map([["peak", peak(target)]]);
  for (const type of Object.keys(TYPES)) {
    const { rows, vectors } = tileOf(type, target);
    for (let r = 1; r <= rows; r++) texts.set(`${type}_${r}`, kernel(TYPES[type], r, vectors, target));
  }
  return texts;
}

const range = (n) => Array.from({ length: n }, (_, i) => i);
const get = (name) => `(local.get $${name})`;
const set = (name, value) => `(local.set $${name} ${value})`;
const add = (a, b) => `(i32.add ${a} ${b})`;

/**
 * c[rows][] = packed a times b over k > 0 steps, plus from[rows][] unless that is 0. Rows of b are `step` bytes apart, those of c and
 * `from` `cRow` and `fromRow`.
 */
function kernel({ vector, lanes, splat, madd }, rows, vectors, target) {
  const size = 16 / lanes;
  const tile = range(rows).flatMap((i) => range(vectors).map((v) => ({ i, v, c: `c${i}${v}` })));
  const step = [
    ...range(vectors).map((v) => set(`b${v}`, `(v128.load offset=${16 * v} ${get("b")})`)),
    ...range(rows).flatMap((i) => [
      set("s", `(${splat} offset=${size * i} ${get("a")})`),
      ...range(vectors).map((v) => set(`c${i}${v}`, madd(target, get("s"), get(`b${v}`), get(`c${i}${v}`)))),
    ]),
    set("a", add(get("a"), `(i32.const ${size * rows})`)),
    set("b", add(get("b"), get("step"))),
  ];
  const steps = range(target === "turbo" ? 4 : 1).flatMap(() => [
    `(br_if $done (i32.ge_u ${get("a")} ${get("end")}))`,
    ...step,
  ]);
  const rowsOf = (first, stride) =>
    range(rows).flatMap((i) =>
      i === 0 ? [] : [set(`${first}${i}`, add(get(i === 1 ? first : `${first}${i - 1}`), get(stride)))],
    );
  const row = (first, i) => get(i === 0 ? first : `${first}${i}`);
  const store = (i, v, value) => `(v128.store offset=${16 * v} ${row("c", i)} ${value})`;
  return [
    "(param $k i32) (param $a i32) (param $b i32) (param $step i32) (param $from i32) (param $fromRow i32) (param $c i32) (param $cRow i32)",
    ...tile.map(({ c }) => `(local $${c} v128)`),
    ...range(vectors).map((v) => `(local $b${v} v128)`),
    "(local $s v128) (local $end i32)",
    ...range(rows).flatMap((i) => (i === 0 ? [] : [`(local $from${i} i32) (local $c${i} i32)`])),
    set("end", add(get("a"), `(i32.mul ${get("k")} (i32.const ${size * rows}))`)),
    // Never true, but with it the end is known early, in a register of its own.
    `(if (i32.eq ${get("a")} ${get("end")}) (then (return)))`,
    ...step,
    "(block $done (loop $more",
    ...steps,
    "(br $more)))",
    ...rowsOf("c", "cRow"),
    // Blocks of steps are summed apart: long sums lose less so, and nothing waits for `from`.
    `(if ${get("from")} (then`,
    ...rowsOf("from", "fromRow"),
    ...tile.map(({ i, v, c }) =>
      store(i, v, `(${vector}.add (v128.load offset=${16 * v} ${row("from", i)}) ${get(c)})`),
    ),
    ") (else",
    ...tile.map(({ i, v, c }) => store(i, v, get(c))),
    "))",
  ].join("\n");
}

/** Twelve chains (of pairs, for turbo) of multiply and add, four times a round: what the machine can do at best. */
function peak(target) {
  const chains = range(target === "turbo" ? 24 : 12);
  const load = (i) => `(v128.load offset=${16 * i} ${get("at")})`;
  return [
    "(param $count i32) (param $at i32)",
    ...chains.map((i) => `(local $c${i} v128)`),
    "(local $x v128) (local $y v128)",
    ...chains.map((i) => set(`c${i}`, load(i))),
    set("x", load(0)),
    set("y", load(target === "turbo" ? 0 : 1)),
    "(loop $more",
    ...range(4).flatMap(() =>
      chains.map((i) => set(`c${i}`, floatMadd("f32x4", target, get("x"), get("y"), get(`c${i}`)))),
    ),
    `(br_if $more (local.tee $count (i32.sub ${get("count")} (i32.const 1)))))`,
    ...chains.map((i) => `(v128.store offset=${16 * i} ${get("at")} ${get(`c${i}`)})`),
  ].join("\n");
}
