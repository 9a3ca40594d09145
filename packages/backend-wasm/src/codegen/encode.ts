/** The binary format of WebAssembly, as far as generated loops need it. */

export function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

export function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      out.push(byte);
      return out;
    }
    out.push(byte | 0x80);
  }
}

const name = (text: string): number[] => [...unsigned(text.length), ...Array.from(text, (c) => c.charCodeAt(0))];
const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];

export const I32 = 0x7f;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** A function of JavaScript's Math: of so many doubles, giving one. */
export interface MathImport {
  readonly name: string;
  readonly arity: number;
}

/**
 * A module with one function, exported as "run", over the imported memory env.memory.
 * @param locals - types of the locals after the parameters
 * @param imports - functions that come before it
 */
export function moduleOf(
  parameters: readonly number[],
  locals: readonly number[],
  code: readonly number[],
  imports: readonly MathImport[] = [],
): Uint8Array<ArrayBuffer> {
  const body = [...vector(runs(locals)), ...code, 0x0b];
  const types = [
    [0x60, ...vector(parameters.map((p) => [p])), 0],
    ...imports.map(({ arity }) => [0x60, ...vector(Array.from({ length: arity }, () => [F64])), 1, F64]),
  ];
  return new Uint8Array([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...section(1, vector(types)),
    ...section(
      2,
      vector([
        // A shared memory of at least one page and at most all.
        [...name("env"), ...name("memory"), 0x02, 0x03, 0x01, ...unsigned(65536)],
        ...imports.map((item, i) => [...name("math"), ...name(item.name), 0x00, ...unsigned(i + 1)]),
      ]),
    ),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name("run"), 0x00, ...unsigned(imports.length)]])),
    ...section(10, vector([[...unsigned(body.length), ...body]])),
  ]);
}

/** Locals as counts of equal types in a row. */
function runs(types: readonly number[]): number[][] {
  const out: [number, number][] = [];
  for (const type of types) {
    const last = out.at(-1);
    if (last !== undefined && last[1] === type) last[0]++;
    else out.push([1, type]);
  }
  return out.map(([count, type]) => [...unsigned(count), type]);
}
