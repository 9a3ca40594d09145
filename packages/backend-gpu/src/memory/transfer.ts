import { bool, type DType, int16, int64, int8, RuntimeError, type TypedArray, uint8 } from "@tt/core";
import { bytesOf, formOf } from "../codegen/form.ts";

/** Elements of the host as a buffer holds them. */
export function toDevice(elements: TypedArray, dtype: DType): ArrayBuffer {
  const form = formOf(dtype);
  if (dtype === int64) {
    const words = new Int32Array(elements.length);
    const longs = elements as BigInt64Array;
    for (let i = 0; i < words.length; i++) {
      const value = Number(longs[i]!);
      words[i] = value;
      if (words[i] !== value) {
        throw new RuntimeError(
          `gpu: ${longs[i]!} does not fit into 32 bits, which is what int64 has on device "gpu"; keep the tensor on the cpu`,
        );
      }
    }
    return words.buffer;
  }
  if (dtype === bool || dtype === uint8) return Uint32Array.from(elements as Uint8Array).buffer;
  if (dtype === int8 || dtype === int16) return Int32Array.from(elements as Int8Array).buffer;
  const bytes = new Uint8Array(bytesOf(form, elements.length));
  bytes.set(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
  return bytes.buffer;
}

/** A buffer's bytes as elements of the host. */
export function toHost(bytes: ArrayBuffer, dtype: DType, numel: number): TypedArray {
  if (dtype === int64) {
    const words = new Int32Array(bytes, 0, numel);
    const longs = new BigInt64Array(numel);
    for (let i = 0; i < numel; i++) longs[i] = BigInt(words[i]!);
    return longs;
  }
  if (dtype === bool || dtype === uint8) return Uint8Array.from(new Uint32Array(bytes, 0, numel));
  if (dtype === int8) return Int8Array.from(new Int32Array(bytes, 0, numel));
  if (dtype === int16) return Int16Array.from(new Int32Array(bytes, 0, numel));
  return new dtype.ArrayType(bytes, 0, numel);
}
