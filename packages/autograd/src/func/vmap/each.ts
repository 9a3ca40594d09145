import { modes } from "@tt/core/dispatch";
import { BatchedTensor } from "./batched.ts";
import { VmapLayer } from "./layer.ts";

/**
 * Calls `fn` for each example of the innermost vmap that batches an argument; null when none does. For code that has
 * no rule for batches, such as custom functions.
 */
export function eachExample(
  args: readonly unknown[],
  fn: (args: unknown[]) => unknown,
): { readonly result: unknown } | null {
  const now = modes();
  const { layers } = now;
  if (layers.length === 0) return null;
  const at = layers.findLastIndex((layer) => layer instanceof VmapLayer && layer.touches(args));
  if (at < 0) return null;
  const layer = layers[at] as VmapLayer;
  now.layers = layers.toSpliced(at, 1);
  try {
    return { result: layer.wrap(layer.each(args, fn)) };
  } finally {
    now.layers = layers;
  }
}

/** Whether gradients of functions around a vmap are wanted of its tensors. */
export function recordedOutside(args: readonly unknown[]): boolean {
  return args.some((arg) => arg instanceof BatchedTensor && (arg.value.requires_grad || recordedOutside([arg.value])));
}

/** Gives a batched tensor equal values that have a history. */
export function adoptValue(output: unknown, source: unknown): void {
  if (output instanceof BatchedTensor && source instanceof BatchedTensor) output.value = source.value;
}
