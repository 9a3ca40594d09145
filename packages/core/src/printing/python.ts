import { Complex } from "../dtype/complex.ts";
import { DType } from "../dtype/dtype.ts";
import { pyFloat } from "./number.ts";

/** What {@link pyRepr} can print. */
export type PyValue = number | bigint | boolean | string | null | undefined | Complex | DType | readonly PyValue[];

/**
 * Python's `repr` of a value; arrays print as tuples. A number prints as an integer when it is
 * integral: use {@link pyFloat} for a Python float.
 *
 * @example
 * pyRepr([3, 0.1]); // "(3, 0.1)"
 * pyRepr([1]); // "(1,)"
 * pyRepr("tanh"); // "'tanh'"
 * pyRepr(null); // "None"
 */
export function pyRepr(value: PyValue): string {
  if (value === null || value === undefined) return "None";
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value).toString() : pyFloat(value);
    case "bigint":
      return value.toString();
    case "boolean":
      return value ? "True" : "False";
    case "string":
      return quote(value);
  }
  if (value instanceof Complex) return pyComplex(value);
  if (value instanceof DType) return value.toString();
  return pyTuple(value.map(pyRepr));
}

/**
 * Python's `str` of a value: {@link pyRepr}, but a string prints without quotes.
 *
 * @example
 * pyStr("same"); // "same"
 * pyStr([1, 2]); // "(1, 2)"
 */
export function pyStr(value: PyValue): string {
  return typeof value === "string" ? value : pyRepr(value);
}

/**
 * A tuple of items that are already text, for what {@link pyRepr} would mistake for integers.
 *
 * @example
 * pyTuple([2, 2].map(pyFloat)); // "(2.0, 2.0)"
 */
export function pyTuple(items: readonly string[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}

function pyComplex({ re, im }: Complex): string {
  const part = (x: number): string => pyFloat(x).replace(/\.0$/, "");
  const imaginary = `${part(im)}j`;
  if (Object.is(re, 0)) return imaginary;
  return `(${part(re)}${imaginary.startsWith("-") ? "" : "+"}${imaginary})`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  // Python escapes what is not printable: separators other than the space, controls and the unassigned.
  const body = text.replace(/[\\'\p{C}\p{Z}]/gu, (char) => {
    if (char === " ") return char;
    if (char === "'") return mark === "'" ? "\\'" : char;
    return ESCAPES[char] ?? codeEscape(char.codePointAt(0)!);
  });
  return mark + body + mark;
}

function codeEscape(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
