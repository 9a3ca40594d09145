import { defineOp } from "../../dispatch/op.ts";
import { type DType, int64, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import * as random from "../../random/index.ts";
import type { Generator } from "../../random/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { filled } from "../creation/factories.ts";
import { entries, type Fill, generatorOf } from "./draw.ts";

defineOp({
  schema: "poisson(Tensor input, Generator? generator=None) -> Tensor",
  doc: "Poisson numbers with the rates in `input`.",
  variants: "function",
  kernel: "draw",
  meta: (input: Tensor) => ({ shape: input.shape, dtype: input.dtype }),
  kernelArgs: (input: Tensor, generator: Generator | null): [Fill] => [
    (array, dtype, n) => random.poisson(array, dtype, n, entries(input), generatorOf(generator)),
  ],
  derivative: { input: (g) => g.new_zeros(g.shape) },
});

defineOp({
  schema: "binomial(Tensor count, Tensor prob, Generator? generator=None) -> Tensor",
  doc: "Successes among `count` trials of probability `prob`.",
  variants: "function",
  kernel: "draw",
  meta: (count: Tensor) => ({ shape: count.shape, dtype: count.dtype }),
  kernelArgs: (count: Tensor, prob: Tensor, generator: Generator | null): [Fill] => [
    (array, dtype, n) => random.binomial(array, dtype, n, entries(count), entries(prob), generatorOf(generator)),
  ],
  derivative: { prob: (g) => g.new_zeros(g.shape) },
});

/** Applies `formula` to pairs of elements; for derivatives of draws, which have no closed form in ops. */
function pairwise(a: Tensor, b: Tensor, formula: (x: number, y: number, i: number) => number): Tensor {
  const out = filled(a.shape, 0, a.dtype, null, false).cpu();
  const [x, y, z] = [entries(a), entries(b), out.numpy()];
  for (let i = 0; i < z.length; i++) (z as Float64Array)[i] = formula(x[i] as number, y[i] as number, i);
  return out.to(a.device);
}

defineOp({
  schema: "_standard_gamma_grad(Tensor input, Tensor output) -> Tensor",
  doc: "Derivative of gamma draws `output` by their shapes `input`.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, output: Tensor) =>
    pairwise(input, output, (alpha, x) => random.standard_gamma_grad(alpha, x)),
});

defineOp({
  schema: "_standard_gamma(Tensor input, Generator? generator=None) -> Tensor",
  doc: "Numbers of the standard gamma distributions of shapes `input`.",
  variants: "function",
  out: false,
  kernel: "draw",
  meta: (input: Tensor) => ({ shape: input.shape, dtype: input.dtype }),
  kernelArgs: (input: Tensor, generator: Generator | null): [Fill] => [
    (array, dtype, n) => random.standard_gamma(array, dtype, n, entries(input), generatorOf(generator)),
  ],
  derivative: {
    input: [
      (g: Tensor, input: Tensor, result: Tensor) =>
        g.mul(pairwise(input, result, (alpha, x) => random.standard_gamma_grad(alpha, x))),
      "input",
      "result",
    ],
  },
});

defineOp({
  schema: "_dirichlet_grad(Tensor x, Tensor alpha, Tensor total) -> Tensor",
  doc: "Derivative of Dirichlet draws `x` by their concentrations `alpha`.",
  variants: "function",
  out: false,
  decompose: (x: Tensor, alpha: Tensor, total: Tensor) => {
    const sums = entries(total.expand(x.shape));
    return pairwise(x, alpha, (value, a, i) => random.dirichlet_grad(value, a, sums[i] as number));
  },
});

defineOp({
  schema: "_sample_dirichlet(Tensor input, Generator? generator=None) -> Tensor",
  doc: "Dirichlet numbers; the last dimension holds the concentrations.",
  variants: "function",
  out: false,
  kernel: "draw",
  meta: (input: Tensor) => ({ shape: input.shape, dtype: input.dtype }),
  kernelArgs: (input: Tensor, generator: Generator | null): [Fill] => [
    (array, dtype, n) =>
      random.dirichlet(array, dtype, n, entries(input), input.shape.at(-1) ?? 1, generatorOf(generator)),
  ],
  derivative: {
    input: [
      (g: Tensor, input: Tensor, result: Tensor) => {
        const total = entries(input.sum(-1, true).expand(input.shape));
        const jacobian = pairwise(result, input, (x, a, i) => random.dirichlet_grad(x, a, total[i] as number));
        return jacobian.mul(g.sub(result.mul(g).sum(-1, true)));
      },
      "input",
      "result",
    ],
  },
});

defineOp({
  schema: "multinomial(Tensor input, int num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor",
  doc: "Indices drawn with the probabilities in the rows of `input` (which need not sum to one); int64.",
  kernel: "draw",
  strictOut: (got: DType) => `multinomial expects Long tensor out, got: ${scalarTypeName(got)}`,
  meta: (input: Tensor, num_samples: number, replacement: boolean) => {
    if (input.ndim !== 1 && input.ndim !== 2) throw new RuntimeError("prob_dist must be 1 or 2 dim");
    if (!input.dtype.is_floating_point) {
      throw new RuntimeError(
        `multinomial only supports floating-point dtypes for input, got: ${input.dtype.toString()}`,
      );
    }
    if (num_samples <= 0) throw new RuntimeError("cannot sample n_sample <= 0 samples");
    if (!replacement && num_samples > input.shape.at(-1)!) {
      throw new RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement");
    }
    return { shape: [...input.shape.slice(0, -1), num_samples], dtype: int64 };
  },
  kernelArgs: (input: Tensor, num_samples: number, replacement: boolean, generator: Generator | null): [Fill] => {
    const categories = input.shape.at(-1)!;
    const rows = input.ndim === 2 ? input.shape[0]! : 1;
    return [
      (array) =>
        random.multinomial(
          array as BigInt64Array,
          entries(input),
          input.dtype,
          rows,
          categories,
          num_samples,
          replacement,
          generatorOf(generator),
        ),
    ];
  },
});
