/**
 * GGML's quantized types, made float32 again. Elements come in blocks of 32, or of 256 with scales
 * that are quantized themselves ("K"). The layouts are those of ggml-common.h.
 */
import { fromHalfBits } from "@tt/core";

export type BlockName = "Q4_0" | "Q4_1" | "Q5_0" | "Q5_1" | "Q8_0" | "Q2_K" | "Q3_K" | "Q4_K" | "Q5_K" | "Q6_K";

/** Writes the elements of the block at `at` of `bytes` to `out`, from `to` on. */
export type Dequantize = (bytes: DataView, at: number, out: Float32Array, to: number) => void;

const half = (bytes: DataView, at: number): number => fromHalfBits(bytes.getUint16(at, true));

/** Blocks of 32: a scale, a minimum or none, a fifth bit of each or none, four bits of each. */
function simple(hasMinimum: boolean, fifthBit: boolean): Dequantize {
  return (bytes, at, out, to) => {
    const scale = half(bytes, at);
    const minimum = hasMinimum ? half(bytes, at + 2) : 0;
    const start = at + (hasMinimum ? 4 : 2);
    const high = fifthBit ? bytes.getUint32(start, true) : 0;
    const quants = start + (fifthBit ? 4 : 0);
    const zero = hasMinimum ? 0 : fifthBit ? 16 : 8;
    for (let i = 0; i < 16; i++) {
      const pair = bytes.getUint8(quants + i);
      const first = (pair & 15) | (((high >>> i) & 1) << 4);
      const second = (pair >> 4) | (((high >>> (i + 16)) & 1) << 4);
      out[to + i] = scale * (first - zero) + minimum;
      out[to + i + 16] = scale * (second - zero) + minimum;
    }
  };
}

const q8_0: Dequantize = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  for (let i = 0; i < 32; i++) out[to + i] = scale * bytes.getInt8(at + 2 + i);
};

/** Two bits of each; scales and minima of 16 elements share bytes. */
const q2_k: Dequantize = (bytes, at, out, to) => {
  const scale = half(bytes, at + 80);
  const minimum = half(bytes, at + 82);
  for (let i = 0; i < 256; i++) {
    const group = bytes.getUint8(at + (i >> 4));
    const quant = (bytes.getUint8(at + 16 + 32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;
    out[to + i] = Math.fround(scale * (group & 15)) * quant - Math.fround(minimum * (group >> 4));
  }
};

/** Two bits of each, a third apart (which subtracts 4 where it is not set), scales of six bits. */
const q3_k: Dequantize = (bytes, at, out, to) => {
  const scale = half(bytes, at + 108);
  const scales = at + 96;
  for (let i = 0; i < 256; i++) {
    const group = i >> 4;
    const low = (bytes.getUint8(scales + (group & 7)) >> (4 * (group >> 3))) & 15;
    const high = (bytes.getUint8(scales + 8 + (group & 3)) >> (2 * (group >> 2))) & 3;
    const quant = (bytes.getUint8(at + 32 + 32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;
    const third = (bytes.getUint8(at + (i & 31)) >> (i >> 5)) & 1;
    out[to + i] = Math.fround(scale * ((low | (high << 4)) - 32)) * (quant - (third ? 0 : 4));
  }
};

/** Scale and minimum of 32 elements, six bits of each, packed into twelve bytes. */
function packedScales(bytes: DataView, scales: number, group: number): readonly [scale: number, minimum: number] {
  const byte = (i: number): number => bytes.getUint8(scales + i);
  if (group < 4) return [byte(group) & 63, byte(group + 4) & 63];
  return [(byte(group + 4) & 15) | ((byte(group - 4) >> 6) << 4), (byte(group + 4) >> 4) | ((byte(group) >> 6) << 4)];
}

/** Four bits of each, or five with `fifthBit`. */
function q45_k(fifthBit: boolean): Dequantize {
  return (bytes, at, out, to) => {
    const scale = half(bytes, at);
    const minimum = half(bytes, at + 2);
    const high = at + 16;
    const quants = high + (fifthBit ? 32 : 0);
    for (let group = 0; group < 8; group++) {
      const [s, m] = packedScales(bytes, at + 4, group);
      const step = Math.fround(scale * s);
      const least = Math.fround(minimum * m);
      for (let i = 0; i < 32; i++) {
        const four = (bytes.getUint8(quants + 32 * (group >> 1) + i) >> (4 * (group & 1))) & 15;
        const fifth = fifthBit ? (bytes.getUint8(high + i) >> group) & 1 : 0;
        out[to + 32 * group + i] = step * (four | (fifth << 4)) - least;
      }
    }
  };
}

/** Four bits of each and two apart, scales of 16 elements. */
const q6_k: Dequantize = (bytes, at, out, to) => {
  const scale = half(bytes, at + 208);
  for (let i = 0; i < 256; i++) {
    const part = i >> 7;
    const row = (i >> 5) & 3;
    const column = i & 31;
    const four = (bytes.getUint8(at + 64 * part + 32 * (row & 1) + column) >> (4 * (row >> 1))) & 15;
    const two = (bytes.getUint8(at + 128 + 32 * part + column) >> (2 * row)) & 3;
    out[to + i] = Math.fround(scale * bytes.getInt8(at + 192 + (i >> 4))) * ((four | (two << 4)) - 32);
  }
};

export const DEQUANTIZE: Readonly<Record<BlockName, Dequantize>> = {
  Q4_0: simple(false, false),
  Q4_1: simple(true, false),
  Q5_0: simple(false, true),
  Q5_1: simple(true, true),
  Q8_0: q8_0,
  Q2_K: q2_k,
  Q3_K: q3_k,
  Q4_K: q45_k(false),
  Q5_K: q45_k(true),
  Q6_K: q6_k,
};
