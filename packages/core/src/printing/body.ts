import type { Scalar } from "../dtype/complex.ts";
import type { DType, TypedArray } from "../dtype/dtype.ts";
import { readElement } from "../dtype/element.ts";
import { formatterFor } from "./formatter.ts";
import { printOptions } from "./options.ts";

/** Elements that can be printed: strided, in host memory. Strides and offset count elements. */
export interface PrintableArray {
  readonly array: TypedArray;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly dtype: DType;
}

/** The nested brackets of a tensor; lines after the first are indented by `indent` and one for each bracket. */
export function formatBody(view: PrintableArray, indent: number): string {
  const { shape, dtype } = view;
  const numel = shape.reduce((product, size) => product * size, 1);
  if (numel === 0) return "[]";

  const options = printOptions();
  const edgeitems = numel > options.threshold ? options.edgeitems : Number.POSITIVE_INFINITY;
  const values = shownElements(view, edgeitems);
  const formatter = formatterFor(dtype, values, options);
  if (shape.length === 0) return formatter.format(values[0]!);

  let next = 0;
  const take = (count: number): string[] => values.slice(next, (next += count)).map((value) => formatter.format(value));

  const vector = (size: number, column: number): string => {
    const { head, tail, elided } = shown(size, edgeitems, true);
    const items = elided ? [...take(head), " ...", ...take(tail)] : take(size);
    const perLine = Math.max(1, Math.floor((options.linewidth - column) / (formatter.width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,\n${" ".repeat(column + 1)}`)}]`;
  };

  const nested = (dim: number, column: number): string => {
    const size = shape[dim]!;
    if (dim === shape.length - 1) return vector(size, column);
    const { head, tail, elided } = shown(size, edgeitems, false);
    const parts: string[] = [];
    for (let i = 0; i < head; i++) parts.push(nested(dim + 1, column + 1));
    if (elided) parts.push("...");
    for (let i = 0; i < tail; i++) parts.push(nested(dim + 1, column + 1));
    const separator = `,${"\n".repeat(shape.length - dim - 1)}${" ".repeat(column + 1)}`;
    return `[${parts.join(separator)}]`;
  };

  return nested(0, indent);
}

interface Shown {
  readonly head: number;
  readonly tail: number;
  readonly elided: boolean;
}

/** How many items of a dimension are shown at its beginning and end. */
function shown(size: number, edgeitems: number, innermost: boolean): Shown {
  if (size <= 2 * edgeitems) return { head: size, tail: 0, elided: false };
  // Python's x[-0:] is all of x, and PyTorch slices its vectors with it.
  const tail = edgeitems === 0 && innermost ? size : edgeitems;
  return { head: edgeitems, tail, elided: true };
}

/** The elements that will be shown, in row-major order; no others are read. */
function shownElements({ array, shape, strides, offset, dtype }: PrintableArray, edgeitems: number): Scalar[] {
  const values: Scalar[] = [];
  const visit = (dim: number, position: number): void => {
    if (dim === shape.length) {
      values.push(readElement(array, dtype, position));
      return;
    }
    const size = shape[dim]!;
    const stride = strides[dim]!;
    const { head, tail } = shown(size, edgeitems, dim === shape.length - 1);
    for (let i = 0; i < head; i++) visit(dim + 1, position + i * stride);
    for (let i = size - tail; i < size; i++) visit(dim + 1, position + i * stride);
  };
  visit(0, offset);
  return values;
}
