import { type Kernel, type Operand, type Param, spread } from "../kernel.ts";
import { ceilDiv, f32, load, main, repeat, THREADS, u32, update } from "../source.ts";

/** Stochastic gradient descent, as `torch.optim.SGD` has it. */
export interface SgdSpec {
  /** Elements of each parameter; all are stepped at once. */
  readonly lengths: readonly number[];
  readonly momentum: boolean;
  readonly nesterov: boolean;
  readonly maximize: boolean;
  readonly decay: boolean;
  /** The momentum buffers have nothing yet. */
  readonly first: boolean;
}

/** Hyper-parameters, which vary from step to step. */
export interface SgdValues {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weight_decay: number;
}

/** Operands, for each parameter `t`: `param_t` and `buffer_t` (with momentum), contiguous, and `grad_t`. */
export function sgdStep(spec: SgdSpec, values: SgdValues): Kernel {
  const { lengths, momentum, nesterov, maximize, decay, first } = spec;
  const step = (t: number): string => `var d = ${maximize ? "-" : ""}grad_${t}_load(i);
    let value = param_${t}[i];
    ${decay ? "d += p.decay * value;" : ""}
    ${
      momentum
        ? `let next = ${first ? "d" : `p.keep * buffer_${t}[i] + p.take * d`};
    buffer_${t}[i] = next;
    d = ${nesterov ? "d + p.keep * next" : "next"};`
        : ""
    }
    param_${t}[i] = value - p.lr * d;`;
  return overAll(
    "sgd",
    lengths,
    (t) => [update(`param_${t}`), load(`grad_${t}`), ...(momentum ? [update(`buffer_${t}`)] : [])],
    sgdParams(spec, values),
    step,
  );
}

/** The parameters of {@link sgdStep}: all that differs from step to step. */
export function sgdParams({ lengths }: SgdSpec, values: SgdValues): readonly Param[] {
  return [
    f32("lr", values.lr),
    f32("keep", values.momentum),
    f32("take", 1 - values.dampening),
    f32("decay", values.weight_decay),
    ...lengthParams(lengths),
  ];
}

/** Adam (Kingma and Ba 2015), AdamW (Loshchilov and Hutter 2019) when `decoupled`, AMSGrad (Reddi et al. 2018). */
export interface AdamSpec {
  readonly lengths: readonly number[];
  readonly amsgrad: boolean;
  readonly decoupled: boolean;
  readonly maximize: boolean;
  readonly decay: boolean;
}

export interface AdamValues {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weight_decay: number;
  readonly eps: number;
  /** How many steps each parameter has had, this one included. */
  readonly steps: readonly number[];
}

/**
 * Operands, for each parameter `t`: `param_t`, `mean_t`, `square_t` and `most_t` (for AMSGrad), contiguous, and `grad_t`.
 */
export function adamStep(spec: AdamSpec, values: AdamValues): Kernel {
  const { lengths, amsgrad, decoupled, maximize, decay } = spec;
  const step = (t: number): string => `let value = ${decay && decoupled ? "p.shrink * " : ""}param_${t}[i];
    var d = ${maximize ? "-" : ""}grad_${t}_load(i);
    ${decay && !decoupled ? "d += p.decay * value;" : ""}
    let mean = p.keep1 * mean_${t}[i] + p.take1 * d;
    let square = p.keep2 * square_${t}[i] + p.take2 * d * d;
    mean_${t}[i] = mean;
    square_${t}[i] = square;
    ${amsgrad ? `let most = larger(most_${t}[i], square);\n    most_${t}[i] = most;` : "let most = square;"}
    param_${t}[i] = value - p.size_${t} * mean / (sqrt(most) / p.root_${t} + p.eps);`;
  return overAll(
    "adam",
    lengths,
    (t) => [
      update(`param_${t}`),
      load(`grad_${t}`),
      update(`mean_${t}`),
      update(`square_${t}`),
      ...(amsgrad ? [update(`most_${t}`)] : []),
    ],
    adamParams(spec, values),
    step,
    amsgrad
      ? `fn larger(a: f32, b: f32) -> f32 {
  if (is_nan(a)) { return a; }
  if (is_nan(b)) { return b; }
  return max(a, b);
}`
      : "",
  );
}

/** The parameters of {@link adamStep}: all that differs from step to step. */
export function adamParams({ lengths }: AdamSpec, values: AdamValues): readonly Param[] {
  const { lr, beta1, beta2, weight_decay, eps, steps } = values;
  return [
    f32("keep1", beta1),
    f32("take1", 1 - beta1),
    f32("keep2", beta2),
    f32("take2", 1 - beta2),
    f32("eps", eps),
    f32("decay", weight_decay),
    f32("shrink", 1 - lr * weight_decay),
    ...steps.flatMap((n, t) => [f32(`size_${t}`, lr / (1 - beta1 ** n)), f32(`root_${t}`, Math.sqrt(1 - beta2 ** n))]),
    ...lengthParams(lengths),
  ];
}

function lengthParams(lengths: readonly number[]): readonly Param[] {
  return lengths.map((n, t) => u32(`length_${t}`, n));
}

/** How many parameters of `operands` tensors each a dispatch may step when it may bind `most` buffers. */
export function parametersPerStep(operands: number, most: number): number {
  return Math.max(1, Math.floor(most / operands));
}

/** One thread for each element of all parameters, in order. */
function overAll(
  name: string,
  lengths: readonly number[],
  operands: (t: number) => readonly Operand[],
  params: readonly Param[],
  step: (t: number) => string,
  functions = "",
): Kernel {
  const count = lengths.reduce((sum, n) => sum + n, 0);
  return {
    name,
    operands: lengths.flatMap((_, t) => operands(t)),
    params,
    code: `
${functions}

${main(THREADS)}
  var i = group * ${THREADS}u + thread;
  ${repeat(
    lengths.length,
    (t) => `if (i < p.length_${t}) {
    ${step(t)}
    return;
  }
  i -= p.length_${t};`,
    "\n  ",
  )}
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}
