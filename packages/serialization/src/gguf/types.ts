/** Element types of GGUF files. */
import { bfloat16, type DType, float16, float32, float64, int16, int32, int64, int8, ValueError } from "@tt/core";
import type { BlockName } from "./quants.ts";

export type PlainName = "F32" | "F16" | "BF16" | "F64" | "I8" | "I16" | "I32" | "I64";
export type TypeName = PlainName | BlockName;

/** By the numbers of `enum ggml_type`. */
const NAMES: Readonly<Record<number, TypeName>> = {
  0: "F32",
  1: "F16",
  2: "Q4_0",
  3: "Q4_1",
  6: "Q5_0",
  7: "Q5_1",
  8: "Q8_0",
  10: "Q2_K",
  11: "Q3_K",
  12: "Q4_K",
  13: "Q5_K",
  14: "Q6_K",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  30: "BF16",
};

const PLAIN: Readonly<Record<PlainName, DType>> = {
  F32: float32,
  F16: float16,
  BF16: bfloat16,
  F64: float64,
  I8: int8,
  I16: int16,
  I32: int32,
  I64: int64,
};

/** Elements and bytes of a block. */
const BLOCKS: Readonly<Record<BlockName, readonly [elements: number, bytes: number]>> = {
  Q4_0: [32, 18],
  Q4_1: [32, 20],
  Q5_0: [32, 22],
  Q5_1: [32, 24],
  Q8_0: [32, 34],
  Q2_K: [256, 84],
  Q3_K: [256, 110],
  Q4_K: [256, 144],
  Q5_K: [256, 176],
  Q6_K: [256, 210],
};

/** @throws ValueError for types that are not read, such as IQ2_XXS */
export function typeOf(number: number, tensor: string): TypeName {
  const name = NAMES[number];
  if (name === undefined)
    throw new ValueError(`tensor ${JSON.stringify(tensor)} has GGML's type ${number}, which is not supported`);
  return name;
}

/** The dtype of elements that are stored as they are; undefined for quantized ones. */
export function plainDType(type: TypeName): DType | undefined {
  return Object.hasOwn(PLAIN, type) ? PLAIN[type as PlainName] : undefined;
}

export function blockOf(type: BlockName): readonly [elements: number, bytes: number] {
  return BLOCKS[type];
}

/** @throws ValueError when rows are no whole number of blocks, or the size is beyond any file */
export function nbytesOfType(type: TypeName, shape: readonly number[], tensor: string): number {
  const plain = plainDType(type);
  const [elements, bytes] = plain ? [1, plain.itemsize] : BLOCKS[type as BlockName];
  const numel = shape.reduce((product, n) => product * n, 1);
  if ((shape.at(-1) ?? 1) % elements !== 0)
    throw new ValueError(`tensor ${JSON.stringify(tensor)} has rows that are no whole number of ${type}'s blocks`);
  const nbytes = (numel / elements) * bytes;
  if (!Number.isSafeInteger(nbytes)) throw new ValueError(`tensor ${JSON.stringify(tensor)} is too large`);
  return nbytes;
}
