/** The .npy format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { type DType, ValueError } from "@tt/core";
import { request, type Reading } from "../io/range.ts";
import { type Descr, formatDescr, parseDescr } from "./descr.ts";

export interface ArrayHeader extends Descr {
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the data begins. */
  readonly dataStart: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy itself refuses longer ones, as parsing them may take long. */
const MAX_HEADER = 10_000;

export function isNpy(start: Uint8Array): boolean {
  return MAGIC.every((byte, i) => start[i] === byte);
}

/** @throws ValueError when the header is damaged */
export function* readArrayHeader(fileSize: number): Reading<ArrayHeader> {
  if (fileSize < 12) throw new ValueError("EOF: reading magic string, expected 8 bytes");
  const start = yield* request(0, 12);
  if (!isNpy(start)) throw new ValueError("the magic string is not correct; the file is no .npy file");
  const major = start[6]!;
  if (major < 1 || major > 3)
    throw new ValueError(`we only support format version (1,0), (2,0), and (3,0), not (${major},${start[7]})`);
  const view = new DataView(start.buffer, start.byteOffset, 12);
  const [length, at] = major === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  if (length > MAX_HEADER)
    throw new ValueError(`Header info length (${length}) is large and may not be safe to load securely.`);
  if (at + length > fileSize) throw new ValueError("EOF: reading array header, the file is truncated");
  const text = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(yield* request(at, length));
  return { ...parseHeader(text), dataStart: at + length };
}

function parseHeader(text: string): Omit<ArrayHeader, "dataStart"> {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (order === undefined || sizes === undefined)
    throw new ValueError(`Cannot parse header: ${JSON.stringify(text.slice(0, 200))}`);
  if (descr === undefined)
    throw new TypeError(
      "can't convert np.ndarray of a structured type; the only supported types are plain numbers and booleans",
    );
  const shape = sizes
    .split(",")
    .map((size) => size.trim())
    .filter((size) => size !== "")
    .map(Number);
  if (shape.length > 64 || !shape.every(Number.isSafeInteger))
    throw new ValueError("Cannot parse header: the shape is not valid");
  return { ...parseDescr(descr), fortranOrder: order === "True", shape };
}

/** A header of version 1.0, padded so that the data is aligned to 64 bytes. */
export function formatArrayHeader(dtype: DType, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${formatDescr(dtype)}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const total = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(total).fill(0x20);
  bytes.set([...MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, total - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[total - 1] = 10;
  return bytes;
}
