import { default_generator, type Generator, RuntimeError, stack, type Tensor } from "@tt/core";
import { call, callInplace, type Op } from "@tt/core/dispatch";
import type { BatchedTensor } from "./batched.ts";
import { batchedBy, type Batching } from "./batched.ts";
import { alignedInplace } from "./pointwise.ts";

/** What random ops do in a vmap: throw, draw for each example, or draw the same for all. */
export type Randomness = "error" | "different" | "same";

interface RandomBatching extends Batching {
  readonly randomness: Randomness;
  loop(op: Op, args: unknown[], before?: () => void): unknown;
  wrap(result: unknown): unknown;
}

const LIKE = /^(rand|randn|randint)_like/;

/** Whether the op draws random numbers itself. */
export function isRandom(op: Op): boolean {
  return (op.composite === null && op.schema.params.some((p) => p.type === "Generator")) || isFactory(op);
}

/** Whether it draws a tensor of its own. */
export function isFactory(op: Op): boolean {
  if (LIKE.test(op.schema.fullName)) return true;
  return op.composite !== null && op.tensorArgs.length === 0 && op.schema.params.some((p) => p.type === "Generator");
}

function refuse(randomness: Randomness): void {
  if (randomness !== "error") return;
  throw new RuntimeError(
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap",
  );
}

/**
 * A random op; `run` computes it as if it were not.
 * @returns plain values where an argument was batched, else what the function under the vmap is to see
 */
export function random(layer: RandomBatching, op: Op, args: unknown[], inplace: boolean, run: () => unknown): unknown {
  refuse(layer.randomness);
  const [first] = args;
  const batched = args.some((arg) => batchedBy(arg, layer));
  if (layer.randomness === "same") return batched ? layer.loop(op, args, rewind(op, args)) : run();
  if (batched)
    return LIKE.test(op.schema.fullName) ? call(op, [(first as BatchedTensor).value, ...args.slice(1)]) : run();
  if (inplace || op.mutates) {
    throw new RuntimeError(
      "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same randomness. If this is necessary for your usage, please file an issue with functorch.",
    );
  }
  return layer.wrap(stack(Array.from({ length: layer.size }, () => run() as Tensor)));
}

/** Before each example, puts the generator back to where it was before the first. */
function rewind(op: Op, args: readonly unknown[]): () => void {
  const at = op.schema.params.findIndex((p) => p.type === "Generator");
  const generator = (args[at] as Generator | null | undefined) ?? default_generator;
  const state = generator.get_state();
  return () => void generator.set_state(state);
}

/** A random op that fills `target`. */
export function drawInplace(layer: RandomBatching, op: Op, target: BatchedTensor, args: readonly unknown[]): void {
  refuse(layer.randomness);
  if (layer.randomness === "different") {
    callInplace(op, alignedInplace(layer, op, args));
    return;
  }
  const one = target.value.select(0, 0).clone();
  callInplace(op, [one, ...args.slice(1)]);
  target.value.copy_(one.unsqueeze(0));
}
