import type { Generator } from "./generator.ts";

/** Words or numbers that are drawn at a time: loops over a buffer are much faster than calls. */
export const CHUNK = 1024;

const buffer = new Int32Array(2 * CHUNK);
const doubles = new Float64Array(CHUNK);

/** The next `count` words, at most 2 * {@link CHUNK}. The buffer is overwritten by the next call. */
export function drawWords(generator: Generator, count: number): Int32Array {
  generator.words(buffer, count);
  return buffer;
}

/** The next `count` float64 uniforms on [0, 1), at most {@link CHUNK}. The buffer is overwritten by the next call. */
export function drawFloat64s(generator: Generator, count: number): Float64Array {
  generator.words(buffer, 2 * count);
  for (let i = 0; i < count; i++) {
    doubles[i] = ((buffer[2 * i]! & 0x1fffff) * 2 ** 32 + (buffer[2 * i + 1]! >>> 0)) * 2 ** -53;
  }
  return doubles;
}
