import { bool, type Kernels, type Tensor } from "@tt/core";
import { type Engine, expandTo } from "../engine.ts";
import { numelOf, type View, viewOf } from "../queue/view.ts";
import { attention, attentionBackward } from "../wgsl/attention/attention.ts";
import type { AttentionSpec } from "../wgsl/attention/tiles.ts";
import { planFor } from "./cache.ts";

type Maybe = Tensor | null;
type Three = readonly [Tensor, Tensor, Tensor];

/** Attention without the scores in memory, and its gradients. */
export function attentionKernels(engine: Engine): Kernels {
  const specOf = (query: Tensor, value: Tensor, mask: Maybe, causal: boolean): AttentionSpec => ({
    heads: numelOf(query.shape.slice(0, -2)),
    m: query.shape.at(-2)!,
    n: value.shape.at(-2)!,
    width: query.shape.at(-1)!,
    depth: value.shape.at(-1)!,
    mask: mask === null ? "none" : mask.dtype === bool ? "bool" : "additive",
    causal,
  });
  const hidden = (query: Tensor, value: Tensor, mask: Maybe): { mask?: View } =>
    mask === null ? {} : { mask: expandTo(viewOf(mask), [...query.shape.slice(0, -1), value.shape.at(-2)!]) };
  return {
    attention_forward(
      [out, shifts]: readonly [Tensor, Tensor],
      query: Tensor,
      key: Tensor,
      value: Tensor,
      mask: Maybe,
      causal: boolean,
      scale: number,
    ): void {
      const spec = specOf(query, value, mask, causal);
      const plan = planFor("attention", { ...spec, scale }, () => attention(spec, scale));
      engine.run(plan, { query, key, value, ...hidden(query, value, mask), out, shifts });
    },
    attention_backward(
      [grad_query, grad_key, grad_value]: Three,
      grad: Tensor,
      query: Tensor,
      key: Tensor,
      value: Tensor,
      mask: Maybe,
      result: Tensor,
      shifts: Tensor,
      causal: boolean,
      scale: number,
    ): void {
      const spec = specOf(query, value, mask, causal);
      const plan = planFor("attention_backward", { ...spec, scale }, () => attentionBackward(spec, scale));
      const inputs = { grad, query, key, value, ...hidden(query, value, mask), result, shifts };
      engine.run(plan, { ...inputs, grad_query, grad_key, grad_value });
    },
  };
}
