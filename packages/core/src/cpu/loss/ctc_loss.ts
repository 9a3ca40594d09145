import { indexValues } from "../indices.ts";
import { type ArrayView, commit, denseValues, numelOf, outValues } from "../view.ts";

const ZERO = Number.NEGATIVE_INFINITY;

/**
 * Connectionist temporal classification (Graves et al. 2006). `logProbs` is [T, N, C]; `targets` is [N, S], or all
 * targets in one vector; `loss` [N] receives the negative log likelihoods and `logAlpha` [N, T, 2 * longest + 1]
 * the forward variables that {@link ctcLossBackward} needs, where `longest` is the longest target.
 */
export function ctcLoss(
  loss: ArrayView,
  logAlpha: ArrayView,
  logProbs: ArrayView,
  targets: ArrayView,
  inputLengths: readonly number[],
  targetLengths: readonly number[],
  blank: number,
): void {
  const [, batch, classes] = logProbs.shape as readonly [number, number, number];
  const probs = denseValues(logProbs);
  const alphas = new Float64Array(numelOf(logAlpha.shape)).fill(ZERO);
  const labels = extendedTargets(targets, targetLengths, blank);
  const losses = new Float64Array(batch);
  const [, steps, width] = logAlpha.shape as readonly [number, number, number];
  for (let n = 0; n < batch; n++) {
    const l = labels[n]!;
    const time = inputLengths[n]!;
    const alpha = alphas.subarray(n * steps * width, (n + 1) * steps * width);
    const prob = (t: number, s: number): number => probs[(t * batch + n) * classes + l[s]!]!;
    if (time > 0) {
      alpha[0] = prob(0, 0);
      if (l.length > 1) alpha[1] = prob(0, 1);
    }
    for (let t = 1; t < time; t++) {
      for (let s = 0; s < l.length; s++) {
        const row = (t - 1) * width + s;
        const before = s > 0 ? alpha[row - 1]! : ZERO;
        const skip = s > 1 && l[s - 2] !== l[s] ? alpha[row - 2]! : ZERO;
        alpha[row + width] = logSumExp(alpha[row]!, before, skip) + prob(t, s);
      }
    }
    const last = (time - 1) * width + l.length - 1;
    // Without input only the empty target is possible.
    if (time === 0) losses[n] = l.length === 1 ? 0 : Number.POSITIVE_INFINITY;
    else losses[n] = -logSumExp(alpha[last]!, l.length > 1 ? alpha[last - 1]! : ZERO, ZERO);
  }
  commit(loss, losses);
  commit(logAlpha, alphas);
}

/**
 * Gradient with respect to the log probabilities, [T, N, C] from `gradOutput` [N]. It presumes, as PyTorch's does,
 * that these came out of log_softmax. With `zeroInfinity` infinite losses have zero gradient.
 */
export function ctcLossBackward(
  gradInput: ArrayView,
  gradOutput: ArrayView,
  logProbs: ArrayView,
  targets: ArrayView,
  inputLengths: readonly number[],
  targetLengths: readonly number[],
  loss: ArrayView,
  logAlpha: ArrayView,
  blank: number,
  zeroInfinity: boolean,
): void {
  const [, batch, classes] = logProbs.shape as readonly [number, number, number];
  const [, steps, width] = logAlpha.shape as readonly [number, number, number];
  const probs = denseValues(logProbs);
  const alphas = denseValues(logAlpha);
  const grads = denseValues(gradOutput);
  const losses = denseValues(loss);
  const labels = extendedTargets(targets, targetLengths, blank);
  const result = outValues(gradInput);
  result.fill(0);
  for (let n = 0; n < batch; n++) {
    const nll = losses[n]!;
    if (zeroInfinity && nll === Number.POSITIVE_INFINITY) continue;
    const l = labels[n]!;
    const time = inputLengths[n]!;
    let beta = new Float64Array(l.length).fill(ZERO);
    let later = new Float64Array(l.length);
    const collected = new Float64Array(classes);
    for (let t = time - 1; t >= 0; t--) {
      [later, beta] = [beta, later];
      const at = (t * batch + n) * classes;
      collected.fill(ZERO);
      for (let s = l.length - 1; s >= 0; s--) {
        let sum: number;
        if (t === time - 1) sum = s >= l.length - 2 ? 0 : ZERO;
        else {
          const after = s + 1 < l.length ? later[s + 1]! : ZERO;
          const skip = s + 2 < l.length && l[s + 2] !== l[s] ? later[s + 2]! : ZERO;
          sum = logSumExp(later[s]!, after, skip);
        }
        beta[s] = sum + probs[at + l[s]!]!;
        const joint = alphas[(n * steps + t) * width + s]! + beta[s]!;
        collected[l[s]!] = logSumExp(collected[l[s]!]!, joint, ZERO);
      }
      for (let c = 0; c < classes; c++) {
        const log = probs[at + c]!;
        result[at + c] = (Math.exp(log) - Math.exp(collected[c]! + nll - log)) * grads[n]!;
      }
    }
  }
  commit(gradInput, result);
}

/** Each target with blanks between and around its labels. */
function extendedTargets(targets: ArrayView, lengths: readonly number[], blank: number): Int32Array[] {
  const values = indexValues(targets);
  const stride = targets.shape.length === 2 ? targets.shape[1]! : null;
  let at = 0;
  return lengths.map((length, n) => {
    const start = stride === null ? at : n * stride;
    at += length;
    const result = new Int32Array(2 * length + 1).fill(blank);
    for (let i = 0; i < length; i++) result[2 * i + 1] = values[start + i]!;
    return result;
  });
}

function logSumExp(a: number, b: number, c: number): number {
  const max = Math.max(a, b, c);
  if (max === ZERO) return ZERO;
  return max + Math.log(Math.exp(a - max) + Math.exp(b - max) + Math.exp(c - max));
}
