import { type DType, float32, int64 } from "../../dtype/index.ts";
import { ValueError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";
import { defineMasked } from "./define.ts";
import { applyMask, canonicalDims, type Dims, fullMask } from "./mask.ts";

type Mask = Tensor | null;
type Kind = DType | null;

const DIMS = "int[1]? dim=None";
const KEEP = "bool? keepdim=False, ";

/** int64 for integers and bool, else the dtype itself, unless one is asked for. */
const accumulated = (input: Tensor, dtype: Kind): DType => dtype ?? (input.dtype.category < 2 ? int64 : input.dtype);

function sum(input: Tensor, dim: Dims, keepdim: boolean | null, dtype: Kind, mask: Mask): Tensor {
  const dims = canonicalDims(dim, input.ndim);
  return applyMask("sum", input, mask).sum(dims, keepdim ?? false, { dtype: accumulated(input, dtype) });
}

/** How many elements take part. */
function count(input: Tensor, dim: Dims, keepdim: boolean | null, mask: Mask): Tensor {
  return sum(input.detach().new_ones(input.shape, { dtype: int64 }), dim, keepdim, null, mask);
}

defineMasked(
  "sum",
  DIMS,
  KEEP,
  "The sum over `dim`, 0 where nothing takes part.",
  sum,
  `import { tensor } from "@tt/core";
import { sum } from "@tt/core/masked";
const x = tensor([[-3, -2, -1], [0, 1, 2]]);
sum(x, 1, { mask: tensor([[true, false, true], [false, false, false]]) }).tolist(); // [-4, 0]`,
);

defineMasked(
  "prod",
  DIMS,
  KEEP,
  "The product over `dim`, 1 where nothing takes part.",
  (input: Tensor, dim: Dims, keepdim: boolean | null, dtype: Kind, mask: Mask) => {
    let out = applyMask("prod", input, mask).to(accumulated(input, dtype));
    for (const d of canonicalDims(dim, input.ndim).toReversed()) out = out.prod(d, keepdim ?? false);
    return out;
  },
);

for (const [name, end, size] of [
  ["amax", "largest", "smallest"],
  ["amin", "smallest", "largest"],
] as const) {
  defineMasked(
    name,
    DIMS,
    KEEP,
    `The ${end} element over \`dim\`; the dtype's ${size} number where nothing takes part.`,
    (input: Tensor, dim: Dims, keepdim: boolean | null, dtype: Kind, mask: Mask) => {
      const dims = canonicalDims(dim, input.ndim);
      const masked = applyMask(name, input, mask);
      return masked[name](dims, keepdim ?? false).to(dtype ?? input.dtype);
    },
  );
}

for (const [name, kind, end] of [
  ["argmax", "amax", "largest"],
  ["argmin", "amin", "smallest"],
] as const) {
  defineMasked(
    name,
    "int? dim=None",
    KEEP,
    `Where the ${end} element along \`dim\` is (in the flattened input without \`dim\`), in the input's dtype.`,
    (input: Tensor, dim: number | null, keepdim: boolean | null, dtype: Kind, mask: Mask) => {
      const masked = applyMask(kind, input, mask, name);
      return masked[name](dim, keepdim ?? false).to(dtype ?? input.dtype);
    },
  );
}

defineMasked(
  "mean",
  DIMS,
  KEEP,
  "The mean over `dim`, nan where nothing takes part.",
  (input: Tensor, dim: Dims, keepdim: boolean | null, dtype: Kind, mask: Mask) =>
    sum(input, dim, keepdim, dtype ?? input.dtype, mask).div(count(input, dim, keepdim, mask)),
);

defineMasked(
  "median",
  "int dim=-1",
  "bool keepdim=False, ",
  "The median (the lower of two) along `dim`, nan where nothing takes part; integers then throw a ValueError.",
  (input: Tensor, dim: number, keepdim: boolean, dtype: Kind, mask: Mask) => {
    const [d = 0] = canonicalDims([dim], input.ndim);
    const { is_floating_point } = input.dtype;
    const { values } = applyMask("median", is_floating_point ? input : input.to(float32), mask).nanmedian(d, keepdim);
    if (is_floating_point) return values;
    if (values.isnan().any().item()) {
      throw new ValueError("masked median expects no fully masked out rows if dtype is not floating point");
    }
    return values.to(dtype ?? input.dtype);
  },
);

defineMasked(
  "logsumexp",
  DIMS,
  "bool keepdim=False, ",
  "The logarithm of the sum of exponentials over `dim`.",
  (input: Tensor, dim: Dims, keepdim: boolean, dtype: Kind, mask: Mask) => {
    const dims = canonicalDims(dim, input.ndim);
    return applyMask("amax", input, mask, "logsumexp")
      .logsumexp(dims, keepdim)
      .to(dtype ?? input.dtype);
  },
);

/** Vector norm over dims, shared with `normalize`. */
export function norm(input: Tensor, ord: number, dim: Dims, keepdim: boolean, dtype: Kind, mask: Mask): Tensor {
  const masked = applyMask("norm", input, mask, "norm", ord);
  const dims = canonicalDims(dim, input.ndim);
  return callOp("_vector_norm", masked, ord, dims, keepdim, dtype ?? input.dtype);
}

defineMasked(
  "norm",
  `float ord=2.0, ${DIMS}`,
  KEEP,
  "The vector norm of order `ord` over `dim`.",
  (input: Tensor, ord: number, dim: Dims, keepdim: boolean | null, dtype: Kind, mask: Mask) =>
    norm(input, ord, dim, keepdim ?? false, dtype, mask),
);

function variance(
  input: Tensor,
  dim: Dims,
  unbiased: boolean | null,
  keepdim: boolean | null,
  dtype: Kind,
  mask: Mask,
): Tensor {
  const kind = dtype ?? (input.dtype.category < 2 ? float32 : input.dtype);
  const compute = kind.category < 2 ? float32 : kind;
  const inside = mask === null ? null : fullMask(input, mask);
  const counted = count(input, dim, true, inside);
  const x = input.sub(sum(input, dim, true, kind, inside).div(counted));
  const total = sum(x.mul(x.conj()), dim, keepdim, compute, inside);
  let n = counted.reshape(total.shape);
  if (unbiased) n = n.sub(1).clamp_min(0);
  return total.div(n).to(kind);
}

const SPREAD = `${DIMS}, bool? unbiased=False`;

defineMasked("var", SPREAD, KEEP, "The variance over `dim`, with Bessel's correction if `unbiased`.", variance);

defineMasked(
  "std",
  SPREAD,
  KEEP,
  "The standard deviation over `dim`, with Bessel's correction if `unbiased`.",
  (...args: Parameters<typeof variance>) => variance(...args).sqrt(),
);
