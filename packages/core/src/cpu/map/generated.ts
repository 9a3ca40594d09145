import { BOOL, COMPLEX, INTEGER, kindOf } from "../../expr/index.ts";
import { type DType, DTYPES, float64, int64 } from "../../dtype/index.ts";
import {
  Emitter,
  FunctionBuilder,
  type Helper,
  convertText,
  dtypeOfKind,
  loadText,
  storeText,
  storeWords,
  type ValueText,
  wordsOf,
  wrapText,
} from "../codegen/index.ts";
import { CONSTANT, type ContiguousLoop, type LoopSpec, type StridedLoop, isMove } from "./loop.ts";

/** Whether int64 slot `k` is read as words because the computation is in another dtype. */
function readsWords(spec: LoopSpec, k: number): boolean {
  return spec.slots[k] === int64.id && spec.compute !== int64;
}

/** Whether results are numbers or truth values to be stored as int64. */
function writesWords(spec: LoopSpec): boolean {
  const kind = kindOf(spec.program.result, spec.program, spec.compute);
  return spec.out === int64 && kind !== COMPLEX && !(spec.compute === int64 && kind === INTEGER) && !isMove(spec);
}

/** Statements before the loops. */
function preamble(spec: LoopSpec, builder: FunctionBuilder): string {
  const lines = spec.slots.map((_, k) =>
    readsWords(spec, k) ? `const I${k} = ${builder.helper(wordsOf)}(A${k});\n` : "",
  );
  if (writesWords(spec)) lines.push(`const W = ${builder.helper(wordsOf)}(O);\n`);
  return lines.join("");
}

/** Text of the value at word pair `at` of slot `k`, as dtype `compute`. */
function wordsText(k: number, at: string, compute: DType, helper: Helper): ValueText {
  const low = `I${k}[2 * (${at})]`;
  const high = `I${k}[2 * (${at}) + 1]`;
  if (compute.category === BOOL) return { re: `((${low} | ${high}) !== 0)`, im: null };
  if (compute.category === INTEGER) return { re: wrapText(low, compute), im: null };
  return convertText({ re: `(${high} * 4294967296 + (${low} >>> 0))`, im: null }, float64, compute, helper);
}

/** Text that stores a value computed as `from` as the word pair `at` of the output. */
function storeWordsText(value: string, from: DType, at: string, helper: Helper): string {
  if (from.category === BOOL) return `W[2 * (${at})] = ${value} ? 1 : 0; W[2 * (${at}) + 1] = 0;`;
  if (from.category === INTEGER) return `W[2 * (${at})] = ${value}; W[2 * (${at}) + 1] = ${value} >> 31;`;
  const rounded = convertText({ re: value, im: null }, float64, from, helper).re;
  return `${helper(storeWords)}(W, 2 * (${at}), ${rounded});`;
}

/** One element's statements: its loads, apart so that they can precede other elements' stores, and the rest. */
interface ElementText {
  readonly loads: string;
  readonly rest: string;
}

/**
 * @param index - text of the output's entry number
 * @param indices - those of the slots
 * @param suffix - ends the names of loaded values
 */
function elementText(
  spec: LoopSpec,
  builder: FunctionBuilder,
  index: string,
  indices: readonly string[],
  suffix = "",
): ElementText {
  const { program, compute, out, slots } = spec;
  const { helper } = builder;
  const loads: string[] = [];
  const move = isMove(spec);
  const values = slots.map((id, k): ValueText => {
    if (id === CONSTANT) return { re: `A${k}`, im: compute.category === COMPLEX ? `a${k}` : null };
    const dtype = DTYPES[id]!;
    const at = indices[k]!;
    const [v, w] = [`v${k}${suffix}`, `w${k}${suffix}`];
    if (move) {
      loads.push(`const ${v} = A${k}[${at}]${out.lanes === 2 ? `, ${w} = A${k}[${at} + 1]` : ""};`);
      return { re: v, im: w };
    }
    const text = readsWords(spec, k)
      ? wordsText(k, at, compute, helper)
      : convertText(loadText(`A${k}`, at, dtype, helper), dtype, compute, helper);
    loads.push(`const ${v} = ${text.re}${text.im === null ? "" : `, ${w} = ${text.im}`};`);
    return { re: v, im: text.im === null ? null : w };
  });
  if (move) {
    const { re, im } = values[(program.result as { index: number }).index]!;
    return {
      loads: loads.join("\n"),
      rest: `O[${index}] = ${re};${out.lanes === 2 ? ` O[${index} + 1] = ${im};` : ""}`,
    };
  }
  const { operands } = program;
  const emitter = new Emitter(program, compute, values.slice(0, operands), values.slice(operands), helper);
  const result = emitter.run();
  const from = dtypeOfKind(result.kind, compute);
  const store = writesWords(spec)
    ? storeWordsText(result.re, from, index, helper)
    : storeText(result, from, "O", index, out, helper);
  return { loads: loads.join("\n"), rest: [...emitter.lines, store].join("\n") };
}

function parametersOf(spec: LoopSpec): string[] {
  return ["O", "o", ...spec.slots.flatMap((_, k) => [`A${k}`, `a${k}`])];
}

/** Bodies up to this many characters are repeated, so that loop overhead does not dominate them. */
const UNROLLED_LENGTH = 160;
const UNROLL = 8;

/** Slots that are read from memory. */
function movingSlots(spec: LoopSpec): number[] {
  return spec.slots.map((_, k) => k).filter((k) => spec.slots[k] !== CONSTANT);
}

export function generateContiguous(spec: LoopSpec): ContiguousLoop {
  const builder = new FunctionBuilder();
  const lanesOf = (k: number): number => DTYPES[spec.slots[k]!]?.lanes ?? 0;
  const advance = (lanes: number): string => (lanes === 2 ? "2 * i" : "i");
  const single = elementText(
    spec,
    builder,
    `o + ${advance(spec.out.lanes)}`,
    spec.slots.map((_, k) => `a${k} + ${advance(lanesOf(k))}`),
  );
  const lines = [preamble(spec, builder), "let i = 0;"];
  if (single.loads.length + single.rest.length <= UNROLLED_LENGTH)
    lines.push(unrolled(spec, builder, lanesOf, advance));
  lines.push(`for (; i < n; i++) {\n${single.loads}\n${single.rest}\n}`);
  return builder.build(["n", ...parametersOf(spec)], lines.join("\n")) as ContiguousLoop;
}

/**
 * Several elements per round: all loads, then all stores, with indices in 32-bit integer arithmetic
 * (hence not for larger arrays). V8 then runs it at half the time per element.
 */
function unrolled(
  spec: LoopSpec,
  builder: FunctionBuilder,
  lanesOf: (k: number) => number,
  advance: (lanes: number) => string,
): string {
  const moving = movingSlots(spec);
  const at = (base: string, entries: number): string => (entries === 0 ? base : `(${base} + ${entries} | 0)`);
  const elements = Array.from({ length: UNROLL }, (_, step) =>
    elementText(
      spec,
      builder,
      at("x", step * spec.out.lanes),
      spec.slots.map((_, k) => at(`x${k}`, step * lanesOf(k))),
      `_${step}`,
    ),
  );
  const starts = [
    `x = o + ${advance(spec.out.lanes)} | 0`,
    ...moving.map((k) => `x${k} = a${k} + ${advance(lanesOf(k))} | 0`),
  ];
  return `if (n >= ${UNROLL} && Math.max(${["o", ...moving.map((k) => `a${k}`)].join(", ")}) + 2 * n < 0x7fffffff) {
for (const end = n - ${UNROLL - 1} | 0; i < end; i = i + ${UNROLL} | 0) {
const ${starts.join(", ")};
${elements.map((element) => element.loads).join("\n")}
${elements.map((element) => `{ ${element.rest} }`).join("\n")}
}
}`;
}

export function generateStrided(spec: LoopSpec): StridedLoop {
  const builder = new FunctionBuilder();
  const moving = movingSlots(spec);
  const steps = moving.map((k) => `p${k} = L[${4 + 2 * k}], q${k} = L[${5 + 2 * k}]`);
  const element = elementText(
    spec,
    builder,
    "x",
    spec.slots.map((_, k) => `x${k}`),
  );
  return builder.build(
    ["L", ...parametersOf(spec)],
    `${preamble(spec, builder)}const n0 = L[0], n1 = L[1], ${["p = L[2], q = L[3]", ...steps].join(", ")};
for (let i = 0; i < n0; i++) {
let ${["x = o", ...moving.map((k) => `x${k} = a${k}`)].join(", ")};
for (let j = 0; j < n1; j++) {
${element.loads}
${element.rest}
${["x += q", ...moving.map((k) => `x${k} += q${k}`)].join("; ")};
}
${["o += p", ...moving.map((k) => `a${k} += p${k}`)].join("; ")};
}`,
  ) as StridedLoop;
}
