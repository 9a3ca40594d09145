import { pyFloat, pyRepr } from "@tt/core";

/** Python's `round`: halves go to the even neighbour. */
export function roundEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** A Python list of floats: "[-10.0, 10.0]". */
export const floatList = (values: readonly number[]): string => `[${values.map(pyFloat).join(", ")}]`;

/** A Python tuple of floats rounded to four places. */
export const roundedTuple = (values: readonly number[]): string =>
  pyRepr(values.map((value) => Number(value.toFixed(4)))).replaceAll(/(?<![\d.])(\d+)(?=[,)])/g, "$1.0");

/** A value in Python's text. */
export const show = (value: unknown): string => pyRepr(value as never);
