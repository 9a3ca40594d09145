import type { Kernel, Kernels, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { areFloat32 } from "./views.ts";

type List = readonly Tensor[];

/** Nanoseconds for an element. */
const SGD = 0.3;
const ADAM = 0.8;

/** Steps of SGD and Adam in one pass over each dense float32 parameter; small or other ones go to the host's kernel. */
export function optimKernels(engine: Engine): Kernels {
  const { operands, host, small, threads } = engine;

  /** Addresses of a parameter and its state, all written but the gradient (the second); null when the host has to do it. */
  function locate(tensors: List): number[] | null {
    const n = tensors[0]!.numel();
    if (4 * n <= small || !areFloat32(...tensors)) return null;
    if (!tensors.every((tensor) => tensor.contiguous_ && tensor.numel() === n)) return null;
    operands.begin();
    const at = tensors.map((tensor, i) => (i === 1 ? operands.input(tensor) : operands.output(tensor)));
    return at.some((address) => address < 0) ? null : at;
  }

  /** Calls `name` with n, `places` addresses (0 for those that are missing) and `rest`, for pieces of the parameter. */
  function step(
    name: "sgd" | "adam",
    cost: number,
    n: number,
    at: readonly number[],
    places: number,
    rest: readonly number[],
  ): void {
    const calls = threads.split(n, cost * n, 16).map(([from, to]) => {
      const call = [to - from];
      for (let i = 0; i < places; i++) call.push(at[i] === undefined ? 0 : at[i]! + 4 * from);
      call.push(...rest);
      return call;
    });
    threads.run(name, calls);
  }

  function sgd(
    _out: null,
    params: List,
    grads: List,
    buffers: List,
    weight_decay: number,
    momentum: number,
    lr: number,
    dampening: number,
    nesterov: boolean,
    maximize: boolean,
    is_first_step: boolean,
  ): void {
    params.forEach((param, i) => {
      const buffer = buffers[i];
      const at = locate(buffer === undefined ? [param, grads[i]!] : [param, grads[i]!, buffer]);
      if (at === null) {
        const state = buffer === undefined ? [] : [buffer];
        (host["_fused_sgd_"] as Kernel)(
          null,
          [param],
          [grads[i]!],
          state,
          weight_decay,
          momentum,
          lr,
          dampening,
          nesterov,
          maximize,
          is_first_step,
        );
        return;
      }
      step("sgd", SGD, param.numel(), at, 3, [
        weight_decay,
        momentum,
        1 - dampening,
        lr,
        maximize ? -1 : 1,
        Number(nesterov),
        Number(is_first_step),
      ]);
      operands.end();
    });
  }

  function adam(
    _out: null,
    params: List,
    grads: List,
    exp_avgs: List,
    exp_avg_sqs: List,
    maxima: List,
    steps: readonly number[],
    lr: number,
    beta1: number,
    beta2: number,
    weight_decay: number,
    eps: number,
    maximize: boolean,
    decoupled: boolean,
  ): void {
    params.forEach((param, i) => {
      const maximum = maxima[i];
      const state = [param, grads[i]!, exp_avgs[i]!, exp_avg_sqs[i]!];
      const at = locate(maximum === undefined ? state : [...state, maximum]);
      const count = steps[i]!;
      if (at === null) {
        const [p, g, m, v] = state.map((tensor) => [tensor]);
        (host["_fused_adam_"] as Kernel)(
          null,
          p,
          g,
          m,
          v,
          maximum === undefined ? [] : [maximum],
          [count],
          lr,
          beta1,
          beta2,
          weight_decay,
          eps,
          maximize,
          decoupled,
        );
        return;
      }
      const shrink = decoupled ? 1 - lr * weight_decay : 1;
      const root = Math.sqrt(1 - beta2 ** count);
      const size = lr / (1 - beta1 ** count);
      step("adam", ADAM, param.numel(), at, 5, [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        eps,
        decoupled ? 0 : weight_decay,
        shrink,
        root,
        size,
        maximize ? -1 : 1,
      ]);
      operands.end();
    });
  }

  return { _fused_sgd_: sgd as Kernel, _fused_adam_: adam as Kernel };
}
