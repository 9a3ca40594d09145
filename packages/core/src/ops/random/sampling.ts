import { defineOp } from "../../dispatch/op.ts";
import { type DType, int64 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import * as random from "../../random/index.ts";
import type { Generator } from "../../random/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { filled } from "../creation/factories.ts";
import { entries, type Fill, generatorOf } from "./draw.ts";

defineOp({
  schema: "bernoulli(Tensor input, *, Generator? generator=None) -> Tensor",
  doc: "1 with the probability that each element of `input` gives, else 0.",
  kernel: "draw",
  meta: (input: Tensor) => ({ shape: input.shape, dtype: input.dtype }),
  kernelArgs: (input: Tensor, generator: Generator | null): [Fill] => [
    (array, dtype, n) => random.bernoulli_tensor(array, dtype, n, entries(input), input.dtype, generatorOf(generator)),
  ],
  derivative: { input: (g) => g.new_zeros(g.shape) },
});

defineOp({
  schema: "bernoulli.p(Tensor input, float p, *, Generator? generator=None) -> Tensor",
  doc: "1 with probability `p`, else 0, in the shape of `input`.",
  kernel: "draw",
  meta: (input: Tensor) => ({ shape: input.shape, dtype: input.dtype }),
  kernelArgs: (_input: Tensor, p: number, generator: Generator | null): [Fill] => [
    (array, dtype, n) => random.bernoulli(array, dtype, n, p, generatorOf(generator)),
  ],
  derivative: { input: (g) => g.new_zeros(g.shape) },
});

defineOp({
  schema: "bernoulli_.Tensor(Tensor input, Tensor p, *, Generator? generator=None) -> Tensor",
  doc: "Overwrites the elements with 1 (probability by element of `p`) or 0.",
  variants: "method",
  kernel: "draw",
  mutates: true,
  kernelArgs: (input: Tensor, p: Tensor, generator: Generator | null) => {
    const fill: Fill = (array, dtype, n) =>
      random.bernoulli_tensor(array, dtype, n, entries(p.expand(input.shape)), p.dtype, generatorOf(generator));
    return [input, fill];
  },
  derivative: { input: (g) => g.new_zeros(g.shape) },
});

defineOp({
  schema:
    "randperm(int n, *, Generator? generator=None, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool requires_grad=False, bool pin_memory=False) -> Tensor",
  doc: "A random permutation of 0 .. n - 1; int64 unless `dtype` says otherwise.",
  variants: "function",
  decompose: (n: number, generator: Generator | null, dtype: DType | null, _layout: unknown, device: never) => {
    if (n < 0) throw new RuntimeError("n must be non-negative, got" + String(n));
    const out = filled([n], 0, dtype ?? int64, null, false).cpu();
    random.randperm(out.numpy(), out.dtype, n, generatorOf(generator));
    return device === null ? out : out.to(device);
  },
});
