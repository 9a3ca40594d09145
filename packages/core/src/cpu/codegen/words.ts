/**
 * int64 memory as pairs of 32-bit words (low, high; little endian). V8 makes a heap object of every
 * bigint that is converted to or from a number, so such conversions read and write words instead.
 */

const views = new WeakMap<BigInt64Array, Int32Array>();

/** The words of `array`, one view per array. */
export function wordsOf(array: BigInt64Array): Int32Array {
  let words = views.get(array);
  if (words === undefined) {
    words = new Int32Array(array.buffer, array.byteOffset, 2 * array.length);
    views.set(array, words);
  }
  return words;
}

/** Stores `x` truncated; nan and values out of range give the minimum, as x86's cvttsd2si does. */
export function storeWords(words: Int32Array, at: number, x: number): void {
  if (x >= -0x8000000000000000 && x < 0x8000000000000000) {
    const whole = Math.trunc(x);
    words[at] = whole;
    words[at + 1] = Math.floor(whole / 0x100000000);
  } else {
    words[at] = 0;
    words[at + 1] = -0x80000000;
  }
}
