import { bfloat16, bool, type DType, float16, float32, int16, int32, int64, int8, RuntimeError, uint8 } from "@tt/core";
import type { Element } from "../wgsl/kernel.ts";

/** How elements of a dtype lie in a buffer and are computed with. */
export interface Form {
  readonly dtype: DType;
  /** Short and unique: part of what names generated code. */
  readonly key: string;
  /** The type of a buffer's entries, if an element is one. */
  readonly element: Element;
  /** The type that expressions compute in. */
  readonly value: "f32" | "i32" | "bool";
  /** Bytes of an element in a buffer. */
  readonly bytes: 2 | 4;
}

const form = (dtype: DType, key: string, element: Element, value: Form["value"], bytes: 2 | 4 = 4): Form => ({
  dtype,
  key,
  element,
  value,
  bytes,
});

const FORMS: ReadonlyMap<DType, Form> = new Map(
  [
    form(float32, "f", "f32", "f32"),
    form(int32, "i", "i32", "i32"),
    // 64-bit integers do not exist on the device: values beyond 32 bits are refused when they are uploaded.
    form(int64, "l", "i32", "i32"),
    form(int16, "s", "i32", "i32"),
    form(int8, "c", "i32", "i32"),
    form(uint8, "u", "i32", "i32"),
    form(bool, "b", "u32", "bool"),
    // Two to a word.
    form(float16, "h", "f32", "f32", 2),
    form(bfloat16, "g", "f32", "f32", 2),
  ].map((f) => [f.dtype, f]),
);

/** All dtypes that the device holds. */
export const DTYPES: readonly DType[] = [...FORMS.keys()];

/**
 * The form of a dtype.
 * @throws RuntimeError for dtypes that WebGPU cannot compute with
 */
export function formOf(dtype: DType): Form {
  const found = FORMS.get(dtype);
  if (found === undefined) {
    throw new RuntimeError(
      `gpu: ${dtype.name} is not supported on device "gpu": WebGPU computes with numbers of 32 bits at most. Use ${dtype.is_complex ? "the cpu" : "float32"}.`,
    );
  }
  return found;
}

/** Bytes of a buffer for that many elements; a multiple of 4. */
export function bytesOf({ bytes }: Form, numel: number): number {
  return (numel * bytes + 3) & ~3;
}
