import type { ByteWriter } from "../io/byte-writer.ts";
import { PicklingError } from "./errors.ts";
import { op } from "./opcodes.ts";

const utf8 = new TextEncoder();

/** BINUNICODE with its text. */
export function writeText(out: ByteWriter, text: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw new PicklingError("Can't pickle a string with half of a surrogate pair: it is not valid Unicode");
  const bytes = utf8.encode(text);
  if (bytes.length > 0xffffffff) throw new PicklingError("a string of more than 4 GiB cannot be saved");
  out.u8(op.BINUNICODE);
  out.u32(bytes.length);
  out.raw(bytes);
}

/** An integer with the shortest opcode of protocol 2. */
export function writeInteger(out: ByteWriter, value: number | bigint): void {
  if (value >= 0 && value <= 0xff) {
    out.u8(op.BININT1);
    out.u8(Number(value));
  } else if (value >= 0 && value <= 0xffff) {
    out.u8(op.BININT2);
    out.u16(Number(value));
  } else if (value >= -0x80000000 && value <= 0x7fffffff) {
    out.u8(op.BININT);
    out.u32(Number(value) >>> 0);
  } else {
    writeLong(out, BigInt(value));
  }
}

/** Little-endian two's complement with the fewest bytes that keep the sign. */
function writeLong(out: ByteWriter, value: bigint): void {
  const magnitude = value < 0n ? -value - 1n : value;
  const length = Math.floor(magnitude.toString(2).length / 8) + 1;
  const hex = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, "0");
  if (length < 256) {
    out.u8(op.LONG1);
    out.u8(length);
  } else {
    out.u8(op.LONG4);
    out.u32(length);
  }
  for (let i = length - 1; i >= 0; i--) out.u8(Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
