/// <reference lib="esnext.disposable" preserve="true" />

/** How a tensor's memory is given back by hand; works once `@tt/core/memory` (or `@tt/torch`) is imported. */
export interface TensorDisposal {
  /**
   * Frees the memory at once, as `using x = ...` does at the end of its block; views of it, and graphs that saved
   * it, cannot be used any more. A view leaves the memory to the tensor it is a view of. Nobody has to call this.
   */
  [Symbol.dispose](): void;
}
