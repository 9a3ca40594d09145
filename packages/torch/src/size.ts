/**
 * A list of sizes with PyTorch's methods. Shapes of tensors are plain arrays; this is for programs that make sizes.
 * @example
 * ```ts
 * import { Size } from "@tt/torch";
 * new Size([2, 3]).numel(); // 6
 * ```
 */
export class Size extends Array<number> {
  constructor(sizes: Iterable<number> = []) {
    super();
    this.push(...sizes);
  }

  /** `map`, `slice` and the like give plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** The number of elements of a tensor of that shape. */
  numel(): number {
    return this.reduce((n, size) => n * size, 1);
  }

  /** How often `value` occurs. */
  count(value: number): number {
    return this.filter((size) => size === value).length;
  }

  /** Where `value` occurs first; throws where Python does. */
  index(value: number): number {
    const at = this.indexOf(value);
    if (at < 0) throw new RangeError("tuple.index(x): x not in tuple");
    return at;
  }

  override toString(): string {
    return `torch.Size([${this.join(", ")}])`;
  }
}

/** What Node prints. */
Object.defineProperty(Size.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Size): string {
    return this.toString();
  },
});
