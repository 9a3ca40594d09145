/**
 * Inner loops of convolutions as WebAssembly text, by name; see micro.mjs for why they are text and what to mind.
 *
 * - conv_R: c[lines[i]][] = (c or first[i]) + packed a times b over k > 0 steps, where step p of b is at steps[p] + FAR. Additions of
 *   addresses compete with multiplications for the processor, so that there are as few as can be.
 * - grad_R, half_R: c[R][] = (c or 0) + the floats at image + taps[i] + moves times b, which is packed; moves follow each other. The
 *   half ones have half the columns. grad_RxS knows that taps lie side by side, S at a time.
 */
import { tileOf } from "./micro.mjs";

const range = (n) => Array.from({ length: n }, (_, i) => i);
const get = (name) => `(local.get $${name})`;
const set = (name, value) => `(local.set $${name} ${value})`;
const add = (a, b) => `(i32.add ${a} ${b})`;
const load = (at, offset = 0) => `(i32.load offset=${offset} ${get(at)})`;

/**
 * An offset that takes four bytes of machine code instead of one. It moves the jumps at the end of the loop of six rows off a
 * boundary of 32 bytes, where Intel's processors from Skylake to Comet Lake decode them anew in every round: 80 % of the peak
 * become 88. assembly/conv_micro.ts has the same number.
 */
const FAR = 128;

/** Text of all kernels of a build ("simd", "relaxed" or "turbo"), by name. */
export function convMicroKernels(target) {
  const { rows, vectors } = tileOf("f32", target);
  const madd = (a, b, c) =>
    target === "simd" ? `(f32x4.add (f32x4.mul ${a} ${b}) ${c})` : `(f32x4.relaxed_madd ${a} ${b} ${c})`;
  const texts = new Map();
  for (const r of range(rows).map((i) => i + 1)) {
    texts.set(`conv_${r}`, product(r, vectors, madd, target));
    texts.set(`grad_${r}`, gradient(r, vectors, madd, 1));
    texts.set(`half_${r}`, gradient(r, vectors / 2, madd, 1));
    for (const side of [3, 5, 6])
      if (r > 3 && r % side === 0) texts.set(`grad_${r}x${side}`, gradient(r, vectors, madd, side));
  }
  return texts;
}

/** The tile's vectors, the loop over `step` until `pointer` is at the end, and the stores. */
function loop(tile, pointer, step, unroll = 1) {
  return [
    ...step,
    "(block $done (loop $more",
    ...range(unroll).flatMap(() => [`(br_if $done (i32.ge_u ${get(pointer)} ${get("end")}))`, ...step]),
    "(br $more)))",
    ...tile.map(({ at, c }) => at(c)),
  ];
}

function locals(tile, vectors) {
  return [
    ...tile.map(({ c }) => `(local $${c} v128)`),
    ...range(vectors).map((v) => `(local $b${v} v128)`),
    "(local $s v128) (local $end i32)",
  ];
}

function product(rows, vectors, madd, target) {
  const tile = range(rows).flatMap((i) =>
    range(vectors).map((v) => ({
      i,
      v,
      c: `c${i}${v}`,
      at: (c) => `(v128.store offset=${16 * v} ${get(`p${i}`)} ${get(c)})`,
    })),
  );
  const step = [
    set("at", load("steps", FAR)),
    ...range(vectors).map((v) => set(`b${v}`, `(v128.load offset=${FAR + 16 * v} ${get("at")})`)),
    ...range(rows).flatMap((i) => [
      set("s", `(v128.load32_splat offset=${4 * i} ${get("a")})`),
      ...range(vectors).map((v) => set(`c${i}${v}`, madd(get("s"), get(`b${v}`), get(`c${i}${v}`)))),
    ]),
    set("a", add(get("a"), `(i32.const ${4 * rows})`)),
    set("steps", add(get("steps"), "(i32.const 4)")),
  ];
  return [
    "(param $k i32) (param $a i32) (param $steps i32) (param $c i32) (param $lines i32) (param $first i32) (param $add i32)",
    ...locals(tile, vectors),
    "(local $at i32)",
    ...range(rows).map((i) => `(local $p${i} i32)`),
    set("steps", `(i32.sub ${get("steps")} (i32.const ${FAR}))`),
    set("end", add(get("steps"), `(i32.shl ${get("k")} (i32.const 2))`)),
    `(if (i32.eq ${get("steps")} ${get("end")}) (then (return)))`,
    ...range(rows).map((i) => set(`p${i}`, add(get("c"), load("lines", 4 * i)))),
    `(if (i32.eqz ${get("add")}) (then`,
    ...tile.map(({ i, v, c }) =>
      set(c, v === 0 ? `(v128.load32_splat offset=${4 * i} ${get("first")})` : get(`c${i}0`)),
    ),
    "))",
    ...loop([], "steps", step, target === "turbo" ? 4 : 1),
    // Blocks of steps are summed apart: long sums lose less so.
    `(if ${get("add")} (then`,
    ...tile.map(({ i, v, c, at }) =>
      [set(c, `(f32x4.add (v128.load offset=${16 * v} ${get(`p${i}`)}) ${get(c)})`), at(c)].join("\n"),
    ),
    ") (else",
    ...tile.map(({ at, c }) => at(c)),
    "))",
  ].join("\n");
}

function gradient(rows, vectors, madd, side) {
  const tile = range(rows).flatMap((i) =>
    range(vectors).map((v) => ({
      offset: 16 * (vectors * i + v),
      c: `c${i}${v}`,
      at: (c) => `(v128.store offset=${16 * (vectors * i + v)} ${get("c")} ${get(c)})`,
    })),
  );
  const leads = range(rows).filter((i) => i % side === 0);
  const step = [
    set("skip", load("moves", 4)),
    ...range(vectors).map((v) => set(`b${v}`, `(v128.load offset=${16 * v} ${get("b")})`)),
    ...range(rows).flatMap((i) => [
      set("s", `(v128.load32_splat offset=${4 * (i % side)} ${get(`q${i - (i % side)}`)})`),
      ...range(vectors).map((v) => set(`c${i}${v}`, madd(get("s"), get(`b${v}`), get(`c${i}${v}`)))),
      ...(i % side === side - 1 ? [set(`q${i - side + 1}`, add(get(`q${i - side + 1}`), get("skip")))] : []),
    ]),
    set("moves", add(get("moves"), "(i32.const 4)")),
    set("b", add(get("b"), `(i32.const ${16 * vectors})`)),
  ];
  return [
    "(param $k i32) (param $moves i32) (param $image i32) (param $taps i32) (param $b i32) (param $c i32) (param $add i32)",
    ...locals(tile, vectors),
    "(local $skip i32)",
    ...leads.map((i) => `(local $q${i} i32)`),
    set("end", add(get("moves"), `(i32.shl ${get("k")} (i32.const 2))`)),
    `(if (i32.eq ${get("moves")} ${get("end")}) (then (return)))`,
    ...leads.map((i) => set(`q${i}`, add(add(get("image"), load("moves")), load("taps", 4 * i)))),
    `(if ${get("add")} (then`,
    ...tile.map(({ offset, c }) => set(c, `(v128.load offset=${offset} ${get("c")})`)),
    "))",
    ...loop(tile, "moves", step),
  ].join("\n");
}
