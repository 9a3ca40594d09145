import { type Tensor, ValueError } from "@tt/core";
import type { ValidateOptions } from "./construct.ts";
import { lazy_properties, logits_to_probs, probs_to_logits } from "./utils.ts";

/** Either probabilities or logits. */
export interface ProbsOrLogits<T> extends ValidateOptions {
  readonly probs?: T | null;
  readonly logits?: T | null;
}

/** A distribution that is given one of two parameters and computes the other on demand. */
interface Parametrised {
  readonly probs: Tensor;
  readonly logits: Tensor;
}

/** Adds `probs` and `logits`, each computed from the other when it was not given. */
export function lazyParameters(type: { readonly prototype: Parametrised }, is_binary: boolean): void {
  lazy_properties<Parametrised>(type, {
    probs: (self) => logits_to_probs(self.logits, is_binary),
    logits: (self) => probs_to_logits(self.probs, is_binary),
  });
}

/** The one of two parameters that is given. @throws ValueError unless exactly one is */
export function eitherOf<T>(
  probs: T | null,
  logits: T | null,
): { readonly name: "probs" | "logits"; readonly value: T } {
  if ((probs === null) === (logits === null)) {
    throw new ValueError("Either `probs` or `logits` must be specified, but not both.");
  }
  return probs === null ? { name: "logits", value: logits! } : { name: "probs", value: probs };
}
