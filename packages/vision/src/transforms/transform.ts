import { Callable } from "@tt/nn";
import type { Picture } from "./types.ts";

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

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface PictureTransform {
  /** Applies the transform. */
  <P extends Picture>(img: P): P;
}

/** Base class of transforms from images to images and from tensors to tensors. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export abstract class PictureTransform extends Callable {
  /** Marks the kind for the types of {@link Compose}; there is no such property. */
  declare readonly keepsKind: true;

  /** What the transform does. */
  abstract forward<P extends Picture>(img: P): P;

  /** @internal */
  call_(args: unknown[]): Picture {
    return this.forward(args[0] as Picture);
  }

  /** torchvision's text of the transform. */
  override toString(): string {
    return `${this.constructor.name}()`;
  }
}

for (const kind of [Transform, PictureTransform]) {
  Object.defineProperty(kind.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: { toString(): string }): string {
      return this.toString();
    },
  });
}
