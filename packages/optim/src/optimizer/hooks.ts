/// <reference lib="esnext.disposable" preserve="true" />
import type { RemovableHandle } from "@tt/core";

/** Functions called in order of registration. */
export class Hooks<Hook extends (...args: never[]) => unknown> {
  private readonly hooks = new Map<number, Hook>();
  private next = 0;

  get size(): number {
    return this.hooks.size;
  }

  add(hook: Hook): RemovableHandle {
    const id = this.next++;
    this.hooks.set(id, hook);
    const remove = (): void => void this.hooks.delete(id);
    return { remove, [Symbol.dispose]: remove };
  }

  *[Symbol.iterator](): IterableIterator<Hook> {
    yield* this.hooks.values();
  }
}
