import { cat, enable_grad, float64, no_grad, RuntimeError, Tensor, tensor, ValueError, zeros_like } from "@tt/core";
import { type Arguments, signature, memory as hooks } from "@tt/core/dispatch";
import { Optimizer } from "../../optimizer/optimizer.ts";
import type { Closure, Params, ParamState } from "../../optimizer/types.ts";
import { type Round, strongWolfe } from "./strong_wolfe.ts";

export interface LBFGSOptions {
  lr?: number;
  /** Iterations of one step. */
  max_iter?: number;
  /** Evaluations of one step; 5/4 of the iterations by default. */
  max_eval?: number | null;
  /** Ends when no gradient is larger. */
  tolerance_grad?: number;
  /** Ends when loss or parameters change by less. */
  tolerance_change?: number;
  /** Number of past steps that are kept. */
  history_size?: number;
  line_search_fn?: "strong_wolfe" | null;
}

const read = signature<LBFGSOptions & { params: Params<LBFGSOptions> }>(
  "LBFGS(Any params, float lr=1, int max_iter=20, int? max_eval=None, float tolerance_grad=1e-07, float tolerance_change=1e-09, int history_size=100, str? line_search_fn=None)",
);

/** PyTorch's keys of the state, which belongs to the first parameter. */
interface State extends ParamState {
  func_evals: number;
  n_iter: number;
  d?: Tensor | null;
  t?: number | Tensor | null;
  old_dirs?: Tensor[];
  old_stps?: Tensor[];
  ro?: Tensor[];
  H_diag?: number | Tensor;
  prev_flat_grad?: Tensor | null;
  prev_loss?: number | null;
}

/**
 * Limited-memory BFGS. Every step evaluates the closure several times. There is one group of
 * parameters only.
 *
 * @example
 * ```ts
 * import { LBFGS } from "@tt/optim";
 * import { Parameter, ones } from "@tt/core";
 * import "@tt/autograd";
 * const weight = new Parameter(ones(2));
 * const optimizer = new LBFGS([weight], { line_search_fn: "strong_wolfe" });
 * optimizer.step(() => {
 *   optimizer.zero_grad();
 *   const loss = weight.sub(3).pow(2).sum();
 *   loss.backward();
 *   return loss;
 * });
 * weight.at(0).item().toFixed(3); // "3.000"
 * ```
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  static readonly schema: readonly string[] = read.schema;

  /** @throws ValueError for more than one group */
  constructor(
    params: Params<LBFGSOptions>,
    ...args: Arguments<
      [
        lr: number,
        max_iter: number,
        max_eval: number | null,
        tolerance_grad: number,
        tolerance_change: number,
        history_size: number,
        line_search_fn: "strong_wolfe" | null,
      ],
      LBFGSOptions
    >
  ) {
    const { params: given, ...options } = read([params, ...args]);
    super(given, { ...options, max_eval: options.max_eval ?? Math.floor((options.max_iter! * 5) / 4) });
    if (this.param_groups.length !== 1) {
      throw new ValueError("LBFGS doesn't support per-parameter options (parameter groups)");
    }
  }

  private get params(): Tensor[] {
    return this.param_groups[0]!.params;
  }

  private flatGradient(): Tensor {
    return cat(this.params.map((p) => (p.gradTensor ?? zeros_like(p.detach())).reshape(-1)));
  }

  private move(step: number, direction: Tensor): void {
    let offset = 0;
    for (const param of this.params) {
      const n = param.numel();
      param.add_(direction.narrow(0, offset, n).view_as(param), { alpha: step });
      offset += n;
    }
  }

  /**
   * Updates the parameters.
   * @param closure - sets the gradients to zero, computes the loss and its gradients and gives the loss
   * @returns the loss before the step
   */
  override step(): never;
  override step<R>(closure: Closure<R>): R;
  override step<R>(closure?: Closure<R> | null): R {
    if (closure === undefined || closure === null) {
      throw new TypeError("step() missing 1 required positional argument: 'closure'");
    }
    const loss = no_grad(() => this.iterate(closure));
    hooks.keep?.(this.state);
    return loss;
  }

  private iterate<R>(closure: Closure<R>): R {
    const group = this.param_groups[0]!;
    const { lr, max_iter, tolerance_grad, tolerance_change, line_search_fn, history_size } = group;
    const max_eval = group.max_eval!;
    if (line_search_fn !== null && line_search_fn !== "strong_wolfe") {
      throw new RuntimeError("only 'strong_wolfe' is supported");
    }
    const evaluate = (): number => numberOf(enable_grad(closure));
    const state = this.stateOf(this.params[0]!, () => ({ func_evals: 0, n_iter: 0 })) as State;
    const first = enable_grad(closure);
    let loss = numberOf(first);
    let evaluations = 1;
    state.func_evals++;
    let gradient = this.flatGradient();
    const round: Round = gradient.dtype === float64 ? (x) => x : Math.fround;
    const largest = (x: Tensor): number => x.abs().max().item();
    if (largest(gradient) <= tolerance_grad) return first;

    let direction = state.d ?? null;
    let t = numberOf(state.t ?? 0);
    let memory: Memory = {
      dirs: state.old_dirs ?? [],
      steps: state.old_stps ?? [],
      ro: state.ro ?? [],
      diagonal: numberOf(state.H_diag ?? 1),
    };
    let previous = state.prev_flat_grad ?? null;
    let previousLoss = state.prev_loss ?? loss;
    for (let iteration = 1; iteration <= max_iter; iteration++) {
      state.n_iter++;
      if (state.n_iter === 1) {
        direction = gradient.neg();
        memory = { dirs: [], steps: [], ro: [], diagonal: 1 };
      } else {
        remember(memory, gradient.sub(previous!), direction!.mul(t), history_size, round);
        direction = descent(memory, gradient, round);
      }
      previous = previous === null ? gradient.clone() : previous.copy_(gradient);
      previousLoss = loss;
      t = state.n_iter === 1 ? round(Math.min(1, 1 / gradient.abs().sum().item()) * lr) : lr;
      const slope = gradient.dot(direction).item();
      if (slope > -tolerance_change) break;

      let used = 0;
      if (line_search_fn !== null) {
        const along = direction;
        const before = this.params.map((p) => p.detach().clone());
        const found = strongWolfe(
          (step) => {
            this.move(step, along);
            const value = evaluate();
            const grad = this.flatGradient();
            this.params.forEach((p, i) => p.copy_(before[i]!));
            return { loss: value, grad };
          },
          t,
          along,
          { loss, grad: gradient, slope },
          tolerance_change,
          round,
        );
        ({ loss, grad: gradient, step: t } = found);
        used = found.evaluations;
        this.move(t, direction);
      } else {
        this.move(t, direction);
        // After the last step the values would serve nobody.
        if (iteration !== max_iter) {
          loss = evaluate();
          gradient = this.flatGradient();
          used = 1;
        }
      }
      evaluations += used;
      state.func_evals += used;
      if (iteration === max_iter || evaluations >= max_eval) break;
      if (largest(gradient) <= tolerance_grad) break;
      if (largest(direction.mul(t)) <= tolerance_change) break;
      if (Math.abs(loss - previousLoss) < tolerance_change) break;
    }
    Object.assign(state, {
      d: direction,
      t,
      old_dirs: memory.dirs,
      old_stps: memory.steps,
      ro: memory.ro,
      H_diag: memory.diagonal,
      prev_flat_grad: previous,
      prev_loss: previousLoss,
    });
    return first;
  }
}

interface Memory {
  dirs: Tensor[];
  steps: Tensor[];
  ro: Tensor[];
  /** Scale of the first guess of the inverse Hessian. */
  diagonal: number;
}

/** Keeps the change of the gradient and the step that made it, unless the curvature is not positive. */
function remember(memory: Memory, change: Tensor, step: Tensor, size: number, round: Round): void {
  const curvature = change.dot(step).item();
  if (curvature <= 1e-10) return;
  const { dirs, steps, ro } = memory;
  if (dirs.length === size) for (const list of [dirs, steps, ro]) list.shift();
  dirs.push(change);
  steps.push(step);
  ro.push(tensor(1 / curvature, { dtype: change.dtype, device: change.device }));
  memory.diagonal = round(curvature / change.dot(change).item());
}

/** The two-loop recursion (Nocedal and Wright, algorithm 7.4). */
function descent({ dirs, steps, ro, diagonal }: Memory, gradient: Tensor, round: Round): Tensor {
  const q = gradient.neg();
  const factors: number[] = [];
  const rates = ro.map(numberOf);
  for (let i = dirs.length - 1; i >= 0; i--) {
    factors[i] = round(steps[i]!.dot(q).item() * rates[i]!);
    q.add_(dirs[i]!, { alpha: -factors[i]! });
  }
  const r = q.mul(diagonal);
  for (let i = 0; i < dirs.length; i++) {
    const back = round(dirs[i]!.dot(r).item() * rates[i]!);
    r.add_(steps[i]!, { alpha: factors[i]! - back });
  }
  return r;
}

function numberOf(value: unknown): number {
  return value instanceof Tensor ? value.item() : Number(value);
}
