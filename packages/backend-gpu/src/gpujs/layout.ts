import type { Tensor } from "@tt/core";
import type { Layout } from "./source.ts";

/** How a kernel finds an operand's elements, and the parameters it needs for that. */
export interface Access {
  readonly layout: Layout;
  readonly params: readonly number[];
}

/** A tensor as an operand of `shape`, to which it broadcasts. */
export function accessTo(tensor: Tensor, shape: readonly number[]): Access {
  const lead = shape.length - tensor.ndim;
  const steps = shape.map((size, d) => (d < lead || tensor.shape[d - lead] !== size ? 0 : tensor.strides[d - lead]!));
  return access(shape, steps, tensor.offset);
}

/** Elements `offset + sum of index[d] * steps[d]`, counted row-major over `sizes`. */
export function access(sizes: readonly number[], steps: readonly number[], offset: number): Access {
  const joined: [size: number, step: number][] = [];
  sizes.forEach((size, d) => {
    if (size === 1) return;
    const last = joined.at(-1);
    if (last !== undefined && last[1] === steps[d]! * size) joined[joined.length - 1] = [last[0] * size, steps[d]!];
    else joined.push([size, steps[d]!]);
  });
  if (joined.length === 0) return { layout: "single", params: [offset] };
  if (joined.length === 1) {
    const [[, step]] = joined as [[number, number]];
    if (step === 0) return { layout: "single", params: [offset] };
    if (step === 1) return { layout: "dense", params: [offset] };
  }
  return { layout: joined.length, params: [offset, ...joined.flat()] };
}
