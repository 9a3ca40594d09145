import type { Tensor } from "@tt/core";

/** Loss and gradient at some distance along a direction. */
export type Evaluate = (step: number) => { loss: number; grad: Tensor };

/** Rounds to the precision of the parameters: PyTorch computes steps and slopes in it. */
export type Round = (x: number) => number;

/**
 * The minimum of the cubic through two points with their slopes, within bounds
 * (Nocedal and Wright, Numerical optimization, equation 3.59).
 */
function cubicInterpolate(
  round: Round,
  x1: number,
  f1: number,
  g1: number,
  x2: number,
  f2: number,
  g2: number,
  bounds: readonly [number, number] = x1 <= x2 ? [x1, x2] : [x2, x1],
): number {
  const [low, high] = bounds;
  const d1 = round(round(g1 + g2) - round((3 * (f1 - f2)) / (x1 - x2)));
  const square = round(round(d1 * d1) - round(g1 * g2));
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = round(Math.sqrt(square));
  const [far, near, gFar, gNear] = x1 <= x2 ? [x2, x1, g2, g1] : [x1, x2, g1, g2];
  const over = round(round(gFar + d2) - d1);
  const under = round(round(gFar - gNear) + round(2 * d2));
  const place = round(far - round((far - near) * round(over / under)));
  return Math.min(Math.max(place, low), high);
}

interface Point {
  step: number;
  loss: number;
  grad: Tensor;
  slope: number;
}

const MAX_EVALUATIONS = 25;
const ARMIJO = 1e-4;
const CURVATURE = 0.9;

/**
 * A step that satisfies the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and 3.6), as
 * PyTorch and Torch's lswolfe find it.
 * @param start - where the search begins: step 0
 */
export function strongWolfe(
  evaluate: Evaluate,
  firstStep: number,
  direction: Tensor,
  start: { loss: number; grad: Tensor; slope: number },
  tolerance: number,
  round: Round,
): { loss: number; grad: Tensor; step: number; evaluations: number } {
  const size = direction.abs().max().item();
  const origin: Point = { step: 0, loss: start.loss, grad: start.grad.clone(), slope: start.slope };
  let evaluations = 0;
  const at = (step: number): Point => {
    evaluations++;
    const { loss, grad } = evaluate(step);
    return { step, loss, grad: grad.clone(), slope: grad.dot(direction).item() };
  };
  const tooHigh = (p: Point): boolean => p.loss > round(start.loss + round(round(ARMIJO * p.step) * start.slope));
  const flat = (p: Point): boolean => Math.abs(p.slope) <= round(-CURVATURE * start.slope);

  let previous = origin;
  let point = at(firstStep);
  let bracket: Point[] | null = null;
  let done = false;
  let iteration = 0;
  while (iteration < MAX_EVALUATIONS) {
    if (tooHigh(point) || (iteration > 1 && point.loss >= previous.loss)) {
      bracket = [previous, point];
      break;
    }
    if (flat(point)) {
      bracket = [point];
      done = true;
      break;
    }
    if (point.slope >= 0) {
      bracket = [previous, point];
      break;
    }
    const bounds = [point.step + 0.01 * (point.step - previous.step), point.step * 10] as const;
    const next = cubicInterpolate(
      round,
      previous.step,
      previous.loss,
      previous.slope,
      point.step,
      point.loss,
      point.slope,
      bounds,
    );
    previous = point;
    point = at(next);
    iteration++;
  }
  bracket ??= [origin, point];

  let insufficient = false;
  let low = bracket[0]!.loss <= bracket.at(-1)!.loss ? 0 : 1;
  while (!done && iteration < MAX_EVALUATIONS) {
    const [a, b] = bracket as [Point, Point];
    if (Math.abs(b.step - a.step) * size < tolerance) break;
    let step = cubicInterpolate(round, a.step, a.loss, a.slope, b.step, b.loss, b.slope);
    const [left, right] = [Math.min(a.step, b.step), Math.max(a.step, b.step)];
    const margin = 0.1 * (right - left);
    if (Math.min(right - step, step - left) < margin) {
      // Close to an end: go there once, and the next time away from it.
      if (insufficient || step >= right || step <= left) {
        step = Math.abs(step - right) < Math.abs(step - left) ? right - margin : left + margin;
        insufficient = false;
      } else insufficient = true;
    } else insufficient = false;

    const found = at(step);
    iteration++;
    const high = 1 - low;
    if (tooHigh(found) || found.loss >= bracket[low]!.loss) {
      bracket[high] = found;
      low = bracket[0]!.loss <= bracket[1]!.loss ? 0 : 1;
    } else {
      if (flat(found)) done = true;
      else if (found.slope * (bracket[high]!.step - bracket[low]!.step) >= 0) bracket[high] = bracket[low]!;
      bracket[low] = found;
    }
  }
  const best = bracket[low] ?? bracket[0]!;
  return { loss: best.loss, grad: best.grad, step: best.step, evaluations };
}
