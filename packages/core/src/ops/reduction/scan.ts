import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import { type DType, int64, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { accumulateDtype, conj } from "../helpers.ts";
import { cat, stack } from "../join/cat.ts";
import { callOp } from "../pointwise/formulas.ts";
import { slice } from "../view/select.ts";

/** Sums from each element to the end. */
function reversedSums(x: Tensor, dim: number): Tensor {
  if (x.numel() <= 1 || x.shape[wrapDim(dim, x.ndim)] === 1) return x;
  return x.flip([dim]).cumsum(dim).flip([dim]);
}

function cumprodBackward(g: Tensor, input: Tensor, dim: number, result: Tensor): Tensor {
  if (input.numel() <= 1) return g;
  const at = wrapDim(dim, input.ndim);
  const size = input.shape[at]!;
  if (size === 1) return g;
  const x = conj(input);
  if (input.storage.readable && !input.eq(0).any().item()) return reversedSums(conj(result).mul(g), at).div(x);
  // Where zeros forbid dividing, each element's factor in the later products is formed anew.
  const one = x.new_ones(x.shape.with(at, 1));
  const from = (start: number): Tensor => call(slice, [x, at, start, null, 1]) as Tensor;
  const parts = Array.from({ length: size }, (_, k) => {
    const before = k === 0 ? one : x.narrow(at, 0, k).prod(at, true);
    const after = k === size - 1 ? one : (call(cat, [[one, from(k + 1).cumprod(at)], at]) as Tensor);
    return g
      .narrow(at, k, size - k)
      .mul(before.mul(after))
      .sum(at);
  });
  return call(stack, [parts, at]) as Tensor;
}

for (const [name, doc] of [
  ["cumsum", "The sums of the elements up to and including each one along `dim`."],
  ["cumprod", "The products of the elements up to and including each one along `dim`."],
] as const) {
  defineOp({
    schema: `${name}(Tensor input, int dim, *, ScalarType? dtype=None) -> Tensor`,
    doc,
    inplace: true,
    kernel: name,
    meta: (input: Tensor, _dim: number, dtype: DType | null) => ({
      shape: input.shape,
      dtype: accumulateDtype(input.dtype, dtype),
    }),
    kernelArgs: (input: Tensor, dim: number, dtype: DType | null) => [
      dtype === null ? input : input.detach().to(dtype),
      wrapDim(dim, input.ndim),
    ],
    derivative:
      name === "cumsum"
        ? { input: [(g, dim) => reversedSums(g, dim), "dim"] }
        : {
            input: [
              (g, input: Tensor, dim, dtype, result) =>
                cumprodBackward(g, dtype === null ? input : input.to(dtype), dim, result),
              "input",
              "dim",
              "dtype",
              "result",
            ],
          },
  });
}

for (const name of ["cummax", "cummin"] as const) {
  defineOp({
    schema: `${name}(Tensor input, int dim) -> (Tensor values, Tensor indices)`,
    doc: `The ${name === "cummax" ? "largest" : "smallest"} elements up to and including each one along \`dim\`, and their indices.`,
    kernel: name,
    check: ({ dtype }: Tensor) => {
      if (dtype.is_complex)
        throw new RuntimeError(`"${name}_helper_cpu" not implemented for '${scalarTypeName(dtype)}'`);
    },
    meta: (input: Tensor) => [
      { shape: input.shape, dtype: input.dtype },
      { shape: input.shape, dtype: int64 },
    ],
    kernelArgs: (input: Tensor, dim: number) => [input, wrapDim(dim, input.ndim)],
    derivative: {
      input: [
        (g: Tensor, dim: number, indices: Tensor) =>
          g.numel() === 0 ? g : g.new_zeros(g.shape).scatter_add(dim, indices, g),
        "dim",
        "indices",
      ],
    },
  });
}

/** The gradient's logarithm, apart by sign: scans stay in logarithms throughout. */
function logcumsumexpBackward(g: Tensor, input: Tensor, dim: number, result: Tensor): Tensor {
  if (g.ndim === 0 || g.numel() === 0) return g;
  const part = (sign: Tensor): Tensor => {
    const logs = callOp("where", sign.gt(0), sign.log(), LOWEST[g.dtype.name] ?? -Number.MAX_VALUE);
    return logs.sub(result).flip([dim]).logcumsumexp(dim).flip([dim]).add(input).exp();
  };
  return part(g).sub(part(g.neg()));
}

const LOWEST: Readonly<Record<string, number>> = {
  float16: -65504,
  float32: -3.4028234663852886e38,
  bfloat16: -3.3895313892515355e38,
};

defineOp({
  schema: "logcumsumexp(Tensor input, int dim) -> Tensor",
  doc: "The logarithms of the sums of exponentials up to and including each element along `dim`.",
  kernel: "logcumsumexp",
  check: ({ dtype }: Tensor) => {
    if (dtype.category < 2)
      throw new RuntimeError(`"logcumsumexp_out_cpu" not implemented for '${scalarTypeName(dtype)}'`);
  },
  meta: (input: Tensor) => ({ shape: input.shape, dtype: input.dtype }),
  kernelArgs: (input: Tensor, dim: number) => [input, wrapDim(dim, input.ndim)],
  derivative: { input: [logcumsumexpBackward, "input", "dim", "result"] },
});
