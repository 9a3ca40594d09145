/** Arguments of protocol 0, which are written as text. */
import { toInteger } from "./cursor.ts";
import { UnpicklingError } from "./errors.ts";

/** Python's own limit on the digits of a decimal literal; conversion takes quadratic time. */
const MAX_DIGITS = 4300;

export function parseInteger(text: string): number | bigint {
  const digits = text.trim().replace(/L$/, "");
  if (!/^[+-]?\d+$/.test(digits)) throw new UnpicklingError(`invalid integer in pickle: ${preview(text)}`);
  if (digits.length > MAX_DIGITS)
    throw new UnpicklingError(`an integer of ${digits.length} digits exceeds the limit of ${MAX_DIGITS}`);
  return toInteger(BigInt(digits.replace(/^\+/, "")));
}

export function parseIndex(text: string): number {
  const index = parseInteger(text);
  if (typeof index !== "number" || index < 0) throw new UnpicklingError(`invalid memo key: ${preview(text)}`);
  return index;
}

const SPECIAL: Record<string, number> = { nan: Number.NaN, inf: Infinity, "+inf": Infinity, "-inf": -Infinity };

export function parseFloatText(text: string): number {
  const trimmed = text.trim().toLowerCase();
  if (trimmed in SPECIAL) return SPECIAL[trimmed]!;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(trimmed))
    throw new UnpicklingError(`invalid float in pickle: ${preview(text)}`);
  return Number(trimmed);
}

const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

/** A Python 2 `repr` of a str: quoted, with backslash escapes. */
export function parseQuoted(text: string): string {
  const trimmed = text.trim();
  const quote = trimmed[0];
  if (trimmed.length < 2 || (quote !== "'" && quote !== '"') || !trimmed.endsWith(quote)) {
    throw new UnpicklingError("the STRING opcode argument must be quoted");
  }
  return trimmed
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/g, (whole, hex: string, octal: string, letter: string) => {
      if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES[letter] ?? whole;
    });
}

/** Python's raw-unicode-escape: only \uXXXX and \UXXXXXXXX are escapes. */
export function parseRawUnicode(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (_, short: string, long: string) => {
    const code = Number.parseInt(short ?? long, 16);
    if (code > 0x10ffff) throw new UnpicklingError(`illegal Unicode character in pickle: ${preview(text)}`);
    return String.fromCodePoint(code);
  });
}

function preview(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
