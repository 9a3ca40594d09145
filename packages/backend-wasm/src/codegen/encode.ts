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
export const V128 = 0x7b;

/**
 * A module with one function, exported as "run", over the imported memory env.memory.
 * @param locals - how many locals of which type follow the parameters
 */
export function moduleOf(
  parameters: readonly number[],
  locals: readonly (readonly [count: number, type: number])[],
  code: readonly number[],
): Uint8Array<ArrayBuffer> {
  const body = [...vector(locals.map(([count, type]) => [...unsigned(count), type])), ...code, 0x0b];
  return new Uint8Array([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...section(1, vector([[0x60, ...vector(parameters.map((p) => [p])), 0]])),
    // A shared memory of at least one page and at most all.
    ...section(2, vector([[...name("env"), ...name("memory"), 0x02, 0x03, 0x01, ...unsigned(65536)]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name("run"), 0x00, 0x00]])),
    ...section(10, vector([[...unsigned(body.length), ...body]])),
  ]);
}
