import { defineOp } from "../../dispatch/op.ts";
import type { DType, TypedArray } from "../../dtype/index.ts";
import * as random from "../../random/index.ts";
import type { Generator } from "../../random/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Fill, generatorOf } from "./draw.ts";

type Drawer = (
  ...parameters: never[]
) => (array: TypedArray, dtype: DType, n: number, generator: Generator, contiguous: boolean) => void;

/** An in-place draw: parameters as in PyTorch, then `generator`. */
function defineDraw(schema: string, doc: string, drawer: Drawer): void {
  defineOp({
    schema,
    doc,
    variants: "method",
    kernel: "draw",
    mutates: true,
    kernelArgs: (input: Tensor, ...rest: unknown[]) => {
      const generator = generatorOf(rest.at(-1) as Generator | null);
      const fill = drawer(...(rest.slice(0, -1) as never[]));
      const bound: Fill = (array, dtype, n, contiguous) => fill(array, dtype, n, generator, contiguous);
      return [input, bound];
    },
    derivative: { input: (g) => g.new_zeros(g.shape) },
  });
}

defineDraw(
  "uniform_(Tensor input, float from=0, float to=1, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with uniform numbers of [from, to).",
  (from: number, to: number) => (array, dtype, n, generator) => random.uniform(array, dtype, n, from, to, generator),
);

defineDraw(
  "normal_(Tensor input, float mean=0, float std=1, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with normal numbers.",
  (mean: number, std: number) => (array, dtype, n, generator, contiguous) =>
    random.normal(array, dtype, n, mean, std, generator, contiguous),
);

defineDraw(
  "exponential_(Tensor input, float lambd=1, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with exponential numbers of rate `lambd`.",
  (lambd: number) => (array, dtype, n, generator) => random.exponential(array, dtype, n, lambd, generator),
);

defineDraw(
  "cauchy_(Tensor input, float median=0, float sigma=1, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with Cauchy numbers.",
  (median: number, sigma: number) => (array, dtype, n, generator) =>
    random.cauchy(array, dtype, n, median, sigma, generator),
);

defineDraw(
  "log_normal_(Tensor input, float mean=1, float std=2, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with numbers whose logarithms are normal.",
  (mean: number, std: number) => (array, dtype, n, generator) =>
    random.log_normal(array, dtype, n, mean, std, generator),
);

defineDraw(
  "geometric_(Tensor input, float p, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with the number of trials up to the first success.",
  (p: number) => (array, dtype, n, generator) => random.geometric(array, dtype, n, p, generator),
);

defineDraw(
  "bernoulli_(Tensor input, float p=0.5, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with 1 (probability `p`) or 0.",
  (p: number) => (array, dtype, n, generator) => random.bernoulli(array, dtype, n, p, generator),
);

defineDraw(
  "random_(Tensor input, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with integers of the dtype's range.",
  () => (array, dtype, n, generator) => random.random(array, dtype, n, generator),
);

defineDraw(
  "random_.to(Tensor input, int to, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with integers of [0, to).",
  (to: number) => (array, dtype, n, generator) => random.random_from_to(array, dtype, n, 0, to, generator),
);

defineDraw(
  "random_.from(Tensor input, Scalar from, Scalar? to, *, Generator? generator=None) -> Tensor",
  "Overwrites the elements with integers of [from, to).",
  (from: number | bigint, to: number | bigint | null) => (array, dtype, n, generator) =>
    random.random_from_to(array, dtype, n, from, to, generator),
);
