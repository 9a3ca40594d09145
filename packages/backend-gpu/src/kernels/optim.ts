import { float32, type Kernel as HostKernel, type Kernels, type Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import type { Kernel, Param } from "../wgsl/kernel.ts";
import {
  adamParams,
  adamStep,
  type AdamSpec,
  type AdamValues,
  parametersPerStep,
  sgdParams,
  sgdStep,
  type SgdSpec,
  type SgdValues,
} from "../wgsl/optim/optim.ts";
import { planFor } from "./cache.ts";

type List = readonly Tensor[];
type Lists = Readonly<Record<string, List>>;

/** Optimizer steps, several parameters in one dispatch: as many as it may bind buffers for. */
export function optimKernels(engine: Engine): Kernels {
  const most = engine.queue.link.info.limits.maxStorageBuffersPerShaderStage;

  /** Steps dense float32 parameters in groups, and gives the others' numbers, which the host's kernel steps by ops. */
  function inGroups(lists: Lists, step: (which: readonly number[]) => void): number[] {
    const states = Object.values(lists);
    const [params] = states as [List];
    const plain = params.map((_, i) => states.every((list) => list[i]!.dtype === float32 && list[i]!.contiguous_));
    const some = params.map((_, i) => i).filter((i) => params[i]!.numel() > 0);
    const device = some.filter((i) => plain[i]);
    const each = parametersPerStep(states.length, most);
    for (let i = 0; i < device.length; i += each) step(device.slice(i, i + each));
    return some.filter((i) => !plain[i]);
  }

  /** Runs a template whose code does not hang on what differs from step to step. */
  function run(
    name: string,
    spec: object,
    make: () => Kernel,
    params: readonly Param[],
    lists: Lists,
    which: readonly number[],
  ): void {
    const kernel = planFor(name, spec, make).kernels[0]!;
    const operands = Object.entries(lists).flatMap(([operand, list]) =>
      which.map((i, t) => [`${operand}_${t}`, list[i]!] as const),
    );
    engine.run({ ...kernel, params }, Object.fromEntries(operands));
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
    first: boolean,
  ): void {
    const used = buffers.length > 0;
    const form = { momentum: used, nesterov, maximize, decay: weight_decay !== 0, first };
    const values: SgdValues = { lr, momentum, dampening, weight_decay };
    const lists: Lists = { param: params, grad: grads, ...(used && { buffer: buffers }) };
    const rest = inGroups(lists, (which) => {
      const spec: SgdSpec = { ...form, lengths: which.map((i) => params[i]!.numel()) };
      run("sgd", spec, () => sgdStep(spec, values), sgdParams(spec, values), lists, which);
    });
    for (const i of rest) {
      const [p, g, b] = [[params[i]!], [grads[i]!], used ? [buffers[i]!] : []];
      const host = engine.host["_fused_sgd_"] as HostKernel;
      host(null, p, g, b, weight_decay, momentum, lr, dampening, nesterov, maximize, first);
    }
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
    const amsgrad = maxima.length > 0;
    const form = { amsgrad, decoupled, maximize, decay: weight_decay !== 0 };
    const lists: Lists = {
      param: params,
      grad: grads,
      mean: exp_avgs,
      square: exp_avg_sqs,
      ...(amsgrad && { most: maxima }),
    };
    const rest = inGroups(lists, (which) => {
      const spec: AdamSpec = { ...form, lengths: which.map((i) => params[i]!.numel()) };
      const values: AdamValues = { lr, beta1, beta2, weight_decay, eps, steps: which.map((i) => steps[i]!) };
      run("adam", spec, () => adamStep(spec, values), adamParams(spec, values), lists, which);
    });
    for (const i of rest) {
      const [p, g, m, v, most] = [params, grads, exp_avgs, exp_avg_sqs, maxima].map((list) => list.slice(i, i + 1));
      const host = engine.host["_fused_adam_"] as HostKernel;
      host(null, p!, g!, m!, v!, most!, [steps[i]!], lr, beta1, beta2, weight_decay, eps, maximize, decoupled);
    }
  }

  return { _fused_sgd_: sgd as never, _fused_adam_: adam as never };
}
