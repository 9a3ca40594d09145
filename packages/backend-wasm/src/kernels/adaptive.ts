import type { Kernel, Kernels, Tensor } from "@tt/core";
import { type Bound, findOp } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { areFloat32 } from "./views.ts";

type List = readonly Tensor[];
type Numbers = readonly number[];

/** Nanoseconds for an element. */
const COST = 1;

/** Steps of the other optimizers, in one pass over each dense float32 parameter; small or other ones go by their ops. */
export function adaptiveKernels(engine: Engine): Kernels {
  const { operands, small, threads } = engine;

  /**
   * The kernel `_fused_NAME_(lists..., ...rest)`: the first `count` arguments are the parameters, gradients and states (lists
   * that may be empty), those in `numbers` lists of numbers; `scalarsOf` gives what the assembly takes after the addresses.
   */
  function step(
    name: "rmsprop" | "adagrad" | "adamax" | "nadam" | "radam",
    count: number,
    numbers: number,
    scalarsOf: (rest: readonly Bound[], each: Numbers) => Numbers,
  ): Kernels {
    const full = `_fused_${name}_`;
    const kernel: Kernel = (_out: null, ...args: Bound[]) => {
      const lists = args.slice(0, count) as List[];
      const own = args.slice(count, count + numbers) as Numbers[];
      const rest = args.slice(count + numbers);
      const left: number[] = [];
      lists[0]!.forEach((param, i) => {
        const tensors = lists.map((list) => list[i] ?? null);
        const each = own.map((list) => list[i]!);
        if (!one(param, tensors, scalarsOf(rest, each))) left.push(i);
      });
      if (left.length === 0) return;
      const some = <T>(list: readonly T[]): T[] => (list.length === 0 ? [] : left.map((i) => list[i]!));
      findOp(full)!.composite!.decompose(...lists.map(some), ...own.map(some), ...rest);
    };

    function one(param: Tensor, tensors: readonly (Tensor | null)[], scalars: Numbers): boolean {
      const n = param.numel();
      if (4 * n <= small || !areFloat32(...tensors)) return false;
      if (!tensors.every((t) => t === null || (t.contiguous_ && t.numel() === n))) return false;
      operands.begin();
      const at = tensors.map((t, k) => (t === null ? 0 : k === 1 ? operands.input(t) : operands.output(t)));
      if (at.some((address) => address < 0)) return false;
      const calls = threads
        .split(n, COST * n, 16)
        .map(([from, to]) => [to - from, ...at.map((x) => (x === 0 ? 0 : x + 4 * from)), ...scalars]);
      threads.run(name, calls);
      operands.end();
      return true;
    }
    return { [full]: kernel };
  }

  const sign = (maximize: boolean): number => (maximize ? -1 : 1);
  return {
    ...step("rmsprop", 5, 0, ([lr, alpha, eps, decay, momentum, maximize]) => [
      sign(maximize as boolean),
      decay,
      alpha,
      1 - alpha,
      eps,
      momentum,
      lr,
    ]),
    ...step("adagrad", 3, 1, ([eps, decay, maximize], [size]) => [sign(maximize as boolean), decay, eps, size!]),
    ...step("adamax", 4, 1, ([beta1, beta2, eps, decay, maximize], [size]) => [
      sign(maximize as boolean),
      decay,
      beta1,
      1 - beta1,
      beta2,
      eps,
      size!,
    ]),
    ...step("nadam", 4, 3, ([beta1, beta2, eps, decay], [gradSize, meanSize, correction]) => [
      decay,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      eps,
      correction!,
      gradSize!,
      meanSize!,
    ]),
    ...step("radam", 4, 3, ([lr, beta1, beta2, eps, decay], [correction, rect, root]) => [
      decay,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      eps,
      correction!,
      lr,
      rect!,
      root!,
    ]),
  };
}
