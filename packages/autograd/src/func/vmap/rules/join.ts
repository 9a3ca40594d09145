import type { Tensor } from "@tt/core";
import { call } from "@tt/core/dispatch";
import type { Rule } from "../rules.ts";
import { shift, valueOf } from "./shared.ts";

function joined(extra: number): Rule {
  return (layer, op, args) => {
    const [tensors, dim] = args as [Tensor[], number];
    const rank = tensors[0]!.ndim;
    if (tensors.some((t) => t.ndim !== rank) || rank + extra === 0) return null;
    return call(op, [tensors.map((t) => valueOf(layer, t)), shift(dim, rank + extra)]);
  };
}

export const joinRules: Record<string, Rule> = { cat: joined(0), stack: joined(1) };
