import { sgdStep } from "../../ops/optim/sgd.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { elements, isPlain, roundingOf } from "./arrays.ts";

/** `_fused_sgd_` in one pass over each parameter; what is not plain arrays goes through the ops. */
export function fusedSgd(
  _out: null,
  params: readonly Tensor[],
  grads: readonly Tensor[],
  buffers: readonly Tensor[],
  weight_decay: number,
  momentum: number,
  lr: number,
  dampening: number,
  nesterov: boolean,
  maximize: boolean,
  is_first_step: boolean,
): void {
  params.forEach((param, i) => {
    const grad = grads[i]!;
    const buffer = buffers[i];
    if (!isPlain(buffer === undefined ? [param, grad] : [param, grad, buffer])) {
      const rest = [weight_decay, momentum, lr, dampening, nesterov, maximize, is_first_step] as const;
      sgdStep([param], [grad], buffer === undefined ? [] : [buffer], ...rest);
      return;
    }
    const round = roundingOf(param);
    const [decay, keep, take, step] = [weight_decay, momentum, 1 - dampening, -lr].map(round) as [
      number,
      number,
      number,
      number,
    ];
    const p = elements(param);
    const g = elements(grad);
    const b = buffer === undefined ? null : elements(buffer);
    for (let j = 0; j < p.length; j++) {
      let d = maximize ? -g[j]! : g[j]!;
      if (decay !== 0) d = round(d + decay * p[j]!);
      if (b !== null) {
        const next = is_first_step ? d : round(round(keep * b[j]!) + take * d);
        b[j] = next;
        d = nesterov ? round(d + keep * next) : next;
      }
      p[j] = p[j]! + step * d;
    }
  });
}
