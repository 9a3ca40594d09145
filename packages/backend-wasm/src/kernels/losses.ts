import { float32, float64, type Kernels, type Tensor } from "@tt/core";
import { allocate, type Bound, findOp, type Op, parseExpr, type Program } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { WasmStorage } from "../memory/storage.ts";
import type { MapInto } from "./map.ts";
import { type RunFold, SUM } from "./reduce/fold.ts";

/** Elements from which on one loop for an element's loss pays. */
const FEW = 1024;

const QUOTIENT: Program = parseExpr("a / n");

interface Loss {
  /** Loss of input a and target b. */
  readonly element: Program;
  /** Its derivative with respect to a, times c. */
  readonly slope: Program | null;
  /** Numbers for the programs from the op's further arguments; null where they do not hold for those. */
  readonly scalars: (rest: readonly Bound[]) => readonly number[] | null;
}

const positive = ([size]: readonly Bound[]): readonly number[] | null =>
  typeof size === "number" && size > 0 ? [size] : null;

const LOSSES: Readonly<Record<string, Loss>> = {
  mse_loss: { element: parseExpr("square(a - b)"), slope: parseExpr("2 * (a - b) * c"), scalars: () => [] },
  smooth_l1_loss: {
    element: parseExpr("abs(a - b) < n ? square(a - b) * (0.5 / n) : abs(a - b) - 0.5 * n"),
    slope: parseExpr("min(max((a - b) / n, -1), 1) * c"),
    scalars: positive,
  },
  huber_loss: {
    element: parseExpr("abs(a - b) < n ? square(a - b) * 0.5 : (abs(a - b) - 0.5 * n) * n"),
    slope: parseExpr("min(max(a - b, -n), n) * c"),
    scalars: positive,
  },
  binary_cross_entropy_with_logits: {
    element: parseExpr("(1 - b) * a + (log1p(exp(-abs(a))) + max(-a, 0))"),
    slope: null,
    scalars: (rest) => (rest.every((weight) => weight === null) ? [] : null),
  },
};

/** Losses of pairs of elements, in one loop and a reduction, and their gradients in one loop. */
export function lossKernels(engine: Engine, fold: RunFold, map: MapInto): Kernels {
  const suits = (input: Tensor, target: Tensor): boolean =>
    (input.dtype === float32 || input.dtype === float64) &&
    target.dtype === input.dtype &&
    input.shape.length === target.shape.length &&
    input.shape.every((size, d) => size === target.shape[d]) &&
    input.numel() >= engine.few(FEW);

  function forward({ element, scalars }: Loss, input: Tensor, target: Tensor, rest: readonly Bound[]): Tensor | null {
    const numbers = scalars(rest.slice(0, -1));
    if (numbers === null || !suits(input, target)) return null;
    const reduction = rest.at(-1);
    const losses = allocate(input.shape, input.dtype, input.device);
    map(element, input.dtype, losses, [input, target], numbers);
    if (reduction === "none") return losses;
    const sums = allocate([], float64, input.device);
    if (!fold(SUM, sums, losses, [...losses.shape.keys()])) return null;
    if (losses.storage instanceof WasmStorage) engine.heap.release(losses.storage.cell);
    const out = allocate([], input.dtype, input.device);
    map(QUOTIENT, float64, out, [sums], [reduction === "mean" ? input.numel() : 1]);
    return out;
  }

  function backward(
    { slope, scalars }: Loss,
    grad: Tensor,
    input: Tensor,
    target: Tensor,
    rest: readonly Bound[],
  ): Tensor | null {
    const numbers = scalars(rest);
    if (slope === null || numbers === null || !suits(input, target) || grad.dtype !== input.dtype) return null;
    if (grad.ndim > 0 && grad.numel() !== input.numel()) return null;
    const out = allocate(input.shape, input.dtype, input.device);
    map(slope, input.dtype, out, [input, target, grad], numbers);
    return out;
  }

  const kernels: Record<string, (...args: never[]) => unknown> = {};
  const define = (name: string, run: (...args: never[]) => Tensor | null): void => {
    let op: Op | undefined;
    kernels[name] = (_out: null, ...args: never[]): unknown =>
      run(...args) ?? (op ??= findOp(name)!).composite!.decompose(...(args as Bound[]));
  };
  for (const [name, loss] of Object.entries(LOSSES)) {
    define(name, (input: Tensor, target: Tensor, ...rest: Bound[]) => forward(loss, input, target, rest));
    if (loss.slope !== null)
      define(`_${name}_backward`, (grad: Tensor, input: Tensor, target: Tensor, ...rest: Bound[]) =>
        backward(loss, grad, input, target, rest),
      );
  }
  return kernels as Kernels;
}
