import { type ArrayView, commit, denseValues, type Numbers, outValues } from "../view.ts";

/** exp(input) / sum(exp(input)) along `dim`, shifted by the maximum so that it cannot overflow. */
export function softmax(out: ArrayView, input: ArrayView, dim: number): void {
  alongSlices(out, [input], dim, (values, [x], start, step, end) => {
    const max = maximum(x!, start, step, end);
    let sum = 0;
    for (let i = start; i < end; i += step) {
      const e = Math.exp(x![i]! - max);
      values[i] = e;
      sum += e;
    }
    const scale = 1 / sum;
    for (let i = start; i < end; i += step) values[i] = values[i]! * scale;
  });
}

/** log(softmax(input)) along `dim`. */
export function logSoftmax(out: ArrayView, input: ArrayView, dim: number): void {
  alongSlices(out, [input], dim, (values, [x], start, step, end) => {
    const max = maximum(x!, start, step, end);
    let sum = 0;
    for (let i = start; i < end; i += step) sum += Math.exp(x![i]! - max);
    const shift = max + Math.log(sum);
    for (let i = start; i < end; i += step) values[i] = x![i]! - shift;
  });
}

/** Gradient of {@link softmax} from its result: output * (grad - sum(grad * output)). */
export function softmaxBackward(gradInput: ArrayView, grad: ArrayView, output: ArrayView, dim: number): void {
  alongSlices(gradInput, [grad, output], dim, (values, [g, y], start, step, end) => {
    let sum = 0;
    for (let i = start; i < end; i += step) sum += g![i]! * y![i]!;
    for (let i = start; i < end; i += step) values[i] = y![i]! * (g![i]! - sum);
  });
}

/** Gradient of {@link logSoftmax} from its result: grad - exp(output) * sum(grad). */
export function logSoftmaxBackward(gradInput: ArrayView, grad: ArrayView, output: ArrayView, dim: number): void {
  alongSlices(gradInput, [grad, output], dim, (values, [g, y], start, step, end) => {
    let sum = 0;
    for (let i = start; i < end; i += step) sum += g![i]!;
    for (let i = start; i < end; i += step) values[i] = g![i]! - Math.exp(y![i]!) * sum;
  });
}

type SliceKernel = (out: Numbers, inputs: readonly Numbers[], start: number, step: number, end: number) => void;

function alongSlices(out: ArrayView, inputs: readonly ArrayView[], dim: number, kernel: SliceKernel): void {
  const values = outValues(out);
  const sources = inputs.map(denseValues);
  const { shape } = out;
  const length = shape.length === 0 ? 1 : shape[dim]!;
  let step = 1;
  for (let d = dim + 1; d < shape.length; d++) step *= shape[d]!;
  const block = length * step;
  for (let base = 0; base < values.length; base += block) {
    for (let j = 0; j < step; j++) kernel(values, sources, base + j, step, base + block);
  }
  commit(out, values);
}

function maximum(x: Numbers, start: number, step: number, end: number): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i += step) if (x[i]! > max) max = x[i]!;
  return max;
}
