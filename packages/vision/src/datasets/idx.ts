import { from_numpy, type Tensor, ValueError } from "@tt/core";

const TYPES: Readonly<Record<number, readonly [name: string, bytes: number]>> = {
  8: ["uint8", 1],
  9: ["int8", 1],
  11: ["int16", 2],
  12: ["int32", 4],
  13: ["float32", 4],
  14: ["float64", 8],
};

/**
 * Reads an IDX file (LeCun, Cortes and Burges, The MNIST database): two zero bytes, the type of the
 * elements, the number of dimensions, their sizes and the elements, all big-endian.
 * @param name - the file, for messages
 * @throws ValueError saying what was expected where the file is not one, or too short or long
 */
export function read_idx(bytes: Uint8Array, name = "IDX file"): Tensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = bytes.length >= 4 ? TYPES[bytes[2]!] : undefined;
  if (type === undefined || bytes[0] !== 0 || bytes[1] !== 0) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new ValueError(
      `${name}: not an IDX file: it starts with "${start}", expected "00 00", a type and a number of dimensions`,
    );
  }
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw new ValueError(`${name}: truncated: ${bytes.length} bytes, expected a header of ${start}`);
  }
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const count = shape.reduce((n, size) => n * size, 1);
  const wanted = start + count * type[1];
  if (bytes.length !== wanted) {
    const problem = bytes.length < wanted ? "truncated" : "too long";
    throw new ValueError(
      `${name}: ${problem}: ${bytes.length} bytes, expected ${wanted} for shape [${shape.join(", ")}] of ${type[0]}`,
    );
  }
  return from_numpy(elements(view, type[0], start, count)).view([...shape]);
}

function elements(view: DataView, type: string, start: number, count: number): Parameters<typeof from_numpy>[0] {
  switch (type) {
    case "uint8":
      return new Uint8Array(view.buffer, view.byteOffset + start, count).slice();
    case "int8":
      return new Int8Array(view.buffer, view.byteOffset + start, count).slice();
    case "int16":
      return Int16Array.from({ length: count }, (_, i) => view.getInt16(start + 2 * i));
    case "int32":
      return Int32Array.from({ length: count }, (_, i) => view.getInt32(start + 4 * i));
    case "float32":
      return Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + 4 * i));
    default:
      return Float64Array.from({ length: count }, (_, i) => view.getFloat64(start + 8 * i));
  }
}
