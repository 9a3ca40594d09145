import { pyFloat, pyTuple, Tensor } from "@tt/core";

/** `torch.Size([2, 3])` */
export const sizeText = (shape: readonly number[]): string => `torch.Size([${shape.join(", ")}])`;

/** `(2, 3)` */
export const tupleText = (shape: readonly number[]): string => pyTuple(shape.map(String));

/** What Python's `format` makes of a tensor: the number alone when it has no dimensions. */
export function tensorText(value: Tensor): string {
  if (value.ndim > 0) return value.toString();
  const item: unknown = value.item();
  return value.dtype.is_floating_point ? pyFloat(item as number) : String(item);
}

/** A bound of a constraint: a Python float, or a tensor. */
export const boundText = (value: Tensor | number): string =>
  value instanceof Tensor ? tensorText(value) : pyFloat(value);

/** Makes `console.log` show instances of `type` as `String` does. */
export function inspectable(type: { readonly prototype: object }): void {
  Object.defineProperty(type.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: { toString(): string }): string {
      return this.toString();
    },
    writable: true,
    configurable: true,
  });
}
