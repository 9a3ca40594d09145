import { RuntimeError } from "@tt/core";

/** Raised when memory is used that was given back. */
export function disposed(): RuntimeError {
  return new RuntimeError(
    "this tensor's memory was freed, by its Symbol.dispose or at the end of a torch.scope(...); return tensors from the scope, or torch.keep() them, to use them after it",
  );
}
