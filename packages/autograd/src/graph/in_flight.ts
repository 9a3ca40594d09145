import type { Storage, Tensor } from "@tt/core";
import { type ManagedStorage, withBorn } from "@tt/core/dispatch";
import type { Gradients } from "./node.ts";

/**
 * Memory that one run of the engine made and nobody outside of it has seen: gradients under way and what formulas leave
 * behind. Each piece counts the places where a gradient on it waits; at zero it is given back at once. Pieces that
 * hooks, custom functions, captures or leaves get to see are struck off and left to the garbage collector.
 */
export class InFlight {
  /** Storages of this run with the number of waiting gradients on them. */
  private readonly waiting = new Map<Storage, number>();
  private readonly born: ManagedStorage[] = [];

  /** Calls the library's own code; what it makes belongs to the run. */
  within<R>(run: () => R): R {
    return withBorn(this.born, run);
  }

  /** A gradient on this memory waits somewhere. */
  hold(grad: Tensor): void {
    const { storage } = grad;
    if (!storage.managed) return;
    const count = this.waiting.get(storage);
    if (count !== undefined) this.waiting.set(storage, count + 1);
    else if (this.born.includes(storage as ManagedStorage)) this.waiting.set(storage, 1);
  }

  /** A gradient does not wait any more. */
  drop(grad: Tensor): void {
    const count = this.waiting.get(grad.storage);
    if (count === undefined) return;
    if (count > 1) this.waiting.set(grad.storage, count - 1);
    else {
      this.waiting.delete(grad.storage);
      (grad.storage as ManagedStorage).free();
    }
  }

  /** Others have seen these gradients. */
  give(grads: Gradients): void {
    for (const grad of grads) {
      if (grad === null || grad === undefined) continue;
      this.waiting.delete(grad.storage);
      const at = this.born.indexOf(grad.storage as ManagedStorage);
      if (at >= 0) this.born.splice(at, 1);
    }
  }

  /** Frees what was made since the last call and is not waiting. */
  sweep(): void {
    for (const storage of this.born) if (!this.waiting.has(storage)) storage.free();
    this.born.length = 0;
  }
}
