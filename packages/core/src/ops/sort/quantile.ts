import { defineOp } from "../../dispatch/op.ts";
import { float32, float64, int64 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import { tensor } from "../../tensor/literal.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const MODES = new Set(["linear", "lower", "higher", "midpoint", "nearest"]);

function check(name: string, input: Tensor, q: Tensor, interpolation: string): void {
  if (input.numel() === 0) throw new RuntimeError(`${name}() input tensor must be non-empty`);
  if (q.ndim > 1) throw new RuntimeError(`${name}() q must be a scalar or 1D tensor`);
  if (input.dtype !== float32 && input.dtype !== float64) {
    throw new RuntimeError(`${name}() input tensor must be either float or double dtype`);
  }
  if (q.dtype !== input.dtype) throw new RuntimeError(`${name}() q tensor must be same dtype as the input tensor`);
  if (!MODES.has(interpolation)) {
    throw new RuntimeError(
      `${name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${interpolation}`,
    );
  }
  if (!q.ge(0).logical_and(q.le(1)).all().item())
    throw new RuntimeError(`${name}() q values must be in the range [0, 1]`);
}

/** PyTorch's quantile_compute: sorts, then gathers the neighbours of each rank and mixes them. */
function quantiles(
  name: string,
  input: Tensor,
  q: Tensor,
  dim: number | null,
  keepdim: boolean,
  interpolation: string,
): Tensor {
  check(name, input, q, interpolation);
  const rank = input.ndim;
  const at = dim === null ? 0 : wrapDim(dim, rank);
  const rows = dim === null || rank === 0 ? input.reshape([-1]) : input.movedim(at, -1);
  const sorted = rows.sort(-1)[0];
  const last = sorted.shape.at(-1)! - 1;
  const fractions = q.reshape([-1]);
  let ranks: Tensor;
  if (name === "nanquantile") {
    const valid = sorted.isnan().logical_not().sum(-1, true).to(sorted.dtype).sub(1);
    ranks = fractions.mul(valid).clamp(0);
  } else {
    const ranked = fractions.mul(last).expand([...sorted.shape.slice(0, -1), fractions.numel()]);
    ranks = ranked.masked_fill(sorted.isnan().any(-1, true), last);
  }
  if (interpolation === "lower") ranks = ranks.floor();
  else if (interpolation === "higher") ranks = ranks.ceil();
  else if (interpolation === "nearest") ranks = ranks.round();
  const below = ranks.to(int64);
  let values = sorted.gather(-1, below);
  if (interpolation === "linear" || interpolation === "midpoint") {
    const weights = interpolation === "midpoint" ? ranks.new_full(ranks.shape, 0.5) : ranks.sub(below);
    values = values.lerp(sorted.gather(-1, ranks.ceil().to(int64)), weights);
  }
  // The quantiles are the last dimension now; those of a list of q go in front.
  const front = q.ndim === 0 ? values.squeeze(-1) : values.movedim(-1, 0);
  if (!keepdim || rank === 0) return front;
  const lead = q.ndim === 0 ? 0 : 1;
  if (dim !== null) return front.unsqueeze(at + lead);
  return front.reshape([...front.shape, ...new Array<number>(rank).fill(1)]);
}

for (const name of ["quantile", "nanquantile"] as const) {
  const doc = `The \`q\`-quantiles of the elements${name === "quantile" ? "" : " that are not nan"}, of all or along \`dim\`; several q come as a first dimension.`;
  const rest = 'int? dim=None, bool keepdim=False, *, str interpolation="linear"';
  defineOp({
    schema: `${name}.scalar(Tensor input, float q, ${rest}) -> Tensor`,
    doc,
    decompose: (input: Tensor, q: number, dim: number | null, keepdim: boolean, interpolation: string) => {
      if (!(q >= 0 && q <= 1)) throw new RuntimeError(`${name}() q must be in the range [0, 1] but got ${q}`);
      const fraction = tensor(q, { dtype: input.dtype.category === 2 ? input.dtype : float32, device: input.device });
      return quantiles(name, input, fraction, dim, keepdim, interpolation);
    },
  });
  defineOp({
    schema: `${name}(Tensor input, Tensor q, ${rest}) -> Tensor`,
    doc,
    decompose: (input: Tensor, q: Tensor, dim: number | null, keepdim: boolean, interpolation: string) =>
      quantiles(name, input, q, dim, keepdim, interpolation),
  });
}
