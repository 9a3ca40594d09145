import { RuntimeError } from "../../errors.ts";
import { broadcastPair } from "../../layout.ts";

/**
 * The shape that tensors of the given shapes broadcast to.
 * @throws RuntimeError when two sizes differ and neither is 1
 * @example
 * ```ts
 * import { broadcast_shapes } from "@tt/core";
 * broadcast_shapes([2, 1], [3]); // [2, 3]
 * ```
 */
export function broadcast_shapes(...shapes: readonly (number | readonly number[])[]): readonly number[] {
  return shapes.reduce<readonly number[]>((all, shape) => {
    const own = typeof shape === "number" ? [shape] : shape;
    const negative = own.find((size) => size < 0);
    if (negative !== undefined) {
      throw new RuntimeError(`Trying to create tensor with negative dimension (${negative}): (${own.join(", ")})`);
    }
    try {
      return broadcastPair(all, own);
    } catch {
      throw new RuntimeError("Shape mismatch: objects cannot be broadcast to a single shape");
    }
  }, []);
}
