import { Callable } from "@tt/nn";

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Transform<I, O> {
  /** Applies the transform. */
  (input: I): O;
}

/** Base class of transforms: a function with parameters and a text. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the merged interface uses them too
export abstract class Transform<I, O> extends Callable {
  /** What the transform does. */
  abstract forward(input: I): O;

  /** @internal */
  call_(args: unknown[]): O {
    return this.forward(args[0] as I);
  }

  /** torchvision's text of the transform. */
  override toString(): string {
    return `${this.constructor.name}()`;
  }
}

Object.defineProperty(Transform.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Transform<unknown, unknown>): string {
    return this.toString();
  },
});
