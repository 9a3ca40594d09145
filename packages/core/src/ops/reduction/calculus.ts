import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import { bool, type Scalar } from "../../dtype/index.ts";
import { IndexError, RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { cat } from "../join/cat.ts";

const catOf = (tensors: readonly Tensor[], dim: number): Tensor => call(cat, [tensors, dim]) as Tensor;

defineOp({
  schema: "diff(Tensor input, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor",
  doc: "The differences of neighbours along `dim`, taken `n` times.",
  example: 'import { tensor, diff } from "@tt/core";\ndiff(tensor([1, 4, 9])).tolist(); // [3, 5]',
  decompose: (input: Tensor, n: number, dim: number, prepend: Tensor | null, append: Tensor | null) => {
    if (input.ndim === 0) throw new RuntimeError("diff expects input to be at least one-dimensional");
    const at = wrapDim(dim, input.ndim);
    if (n < 0) throw new RuntimeError(`order must be non-negative but got ${n}`);
    const parts = [prepend, input, append].filter((x) => x !== null);
    for (const part of parts) {
      if (part.ndim !== input.ndim) {
        throw new RuntimeError("diff expects prepend or append to be the same dimension as input");
      }
    }
    if (n === 0) return input.clone();
    let out = parts.length === 1 ? input : catOf(parts, at);
    for (let k = 0; k < n && out.shape[at]! > 0; k++) {
      const size = out.shape[at]!;
      const [after, before] = [out.narrow(at, 1, size - 1), out.narrow(at, 0, size - 1)];
      out = out.dtype === bool ? after.logical_xor(before) : after.sub(before);
    }
    return out;
  },
});

function gradientAlong(input: Tensor, dim: number, spacing: number | Tensor, edge: number): Tensor {
  const size = input.shape[dim]!;
  const part = (start: number, length: number): Tensor => input.narrow(dim, start, length);
  if (typeof spacing === "number") return uniform(spacing);
  const broad = (x: Tensor): Tensor => x.reshape([-1, ...new Array<number>(input.ndim - dim - 1).fill(1)]);
  return irregular(spacing);

  function uniform(step: number): Tensor {
    const inner = part(2, size - 2)
      .sub(part(0, size - 2))
      .div(2 * step);
    if (edge === 1) {
      const first = part(1, 1).sub(part(0, 1)).div(step);
      const last = part(size - 1, 1)
        .sub(part(size - 2, 1))
        .div(step);
      return catOf([first, inner, last], dim);
    }
    const first = part(0, 1).mul(-1.5).add(part(1, 1).mul(2)).add(part(2, 1).mul(-0.5)).div(step);
    const last = part(size - 3, 1)
      .mul(0.5)
      .add(part(size - 2, 1).mul(-2))
      .add(part(size - 1, 1).mul(1.5))
      .div(step);
    return catOf([first, inner, last], dim);
  }

  function irregular(at: Tensor): Tensor {
    const steps = at.diff();
    const [left, right] = [steps.narrow(0, 0, size - 2), steps.narrow(0, 1, size - 2)];
    const a = right.neg().div(left.mul(left.add(right)));
    const b = right.sub(left).div(left.mul(right));
    const c = left.div(right.mul(left.add(right)));
    const inner = broad(a)
      .mul(part(0, size - 2))
      .add(broad(b).mul(part(1, size - 2)))
      .add(broad(c).mul(part(2, size - 2)));
    const step = (i: number): Tensor => steps.select(0, i);
    if (edge === 1) {
      const first = part(1, 1).sub(part(0, 1)).div(step(0));
      const last = part(size - 1, 1)
        .sub(part(size - 2, 1))
        .div(step(size - 2));
      return catOf([first, inner, last], dim);
    }
    const [p, q] = [step(0), step(1)];
    const both = p.add(q);
    const first = part(0, 1)
      .mul(p.mul(2).add(q).neg().div(p.mul(both)))
      .add(part(1, 1).mul(both.div(p.mul(q))))
      .add(part(2, 1).mul(p.neg().div(q.mul(both))));
    const [r, s] = [step(size - 3), step(size - 2)];
    const ends = r.add(s);
    const last = part(size - 3, 1)
      .mul(s.div(r.mul(ends)))
      .add(part(size - 2, 1).mul(ends.neg().div(r.mul(s))))
      .add(part(size - 1, 1).mul(s.mul(2).add(r).div(s.mul(ends))));
    return catOf([first, inner, last], dim);
  }
}

function gradients(
  input: Tensor,
  spacing: Scalar | readonly (Scalar | Tensor)[] | null,
  dim: readonly number[] | null,
  edge_order: number,
): Tensor[] {
  const dims = dim ?? [...input.shape.keys()];
  if (Array.isArray(spacing) && spacing.length !== dims.length) {
    throw new RuntimeError(
      `torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length ${spacing.length} and a dim argument of length ${dims.length}.`,
    );
  }
  if (edge_order !== 1 && edge_order !== 2)
    throw new RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.");
  const places = dims.map((d) => wrapDim(d, input.ndim));
  places.forEach((d, i) => {
    if (places.indexOf(d) !== i) throw new RuntimeError(`dim ${d} appears multiple times in the list of dims`);
  });
  return places.map((d, i) => {
    if (input.shape[d]! < edge_order + 1) {
      throw new RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1");
    }
    const own = Array.isArray(spacing) ? (spacing[i] as Scalar | Tensor) : ((spacing as Scalar | null) ?? 1);
    if (typeof own === "object" && "shape" in own && own.shape[0] !== input.shape[d]) {
      throw new RuntimeError(
        `torch.gradient expected each element of spacing to have the same size as input along the given dimension, but got ${own.shape[0]} and ${input.shape[d]}`,
      );
    }
    return gradientAlong(input, d, typeof own === "object" && "shape" in own ? own : Number(own), edge_order);
  });
}

defineOp({
  schema: "gradient(Tensor input, *, Any spacing=None, int[1]? dim=None, int edge_order=1) -> Tensor[]",
  doc: "Estimates of the derivatives along each dimension by differences; `spacing` is a number, or a number or the coordinates for each dimension.",
  variants: "function",
  decompose: gradients,
});

/** Twice the areas of the trapezoids between neighbours. */
function trapezoids(y: Tensor, x: Tensor | null, dx: number, dim: number, name: string): Tensor {
  const at = wrapDim(dim, y.ndim);
  const size = y.ndim === 0 ? 0 : y.shape[at]!;
  const sums = y.narrow(at, 1, size - 1).add(y.narrow(at, 0, size - 1));
  if (x === null) return sums.mul(dx);
  if (x.ndim === 0) throw new RuntimeError(`${name}: There must be at least one \`x\` value`);
  // A vector of coordinates runs along `dim`; others line up with y from the right.
  const along = x.ndim === 1 && y.ndim !== 1;
  if (along && x.shape[0] !== size) {
    throw new RuntimeError(`${name}: There must be one \`x\` value for each sample point`);
  }
  const spots = along ? x.reshape(y.shape.map((_, d) => (d === at ? size : 1))) : x;
  const axis = along ? at : at - y.ndim + spots.ndim;
  return sums.mul(spots.diff(1, axis));
}

for (const [name, aliases, doc] of [
  [
    "trapezoid",
    ["trapz"],
    "The integral of `y` along `dim` by the trapezoidal rule, over coordinates `x` or steps `dx`.",
  ],
  [
    "cumulative_trapezoid",
    [],
    "The integrals of `y` from the start to each point along `dim` by the trapezoidal rule.",
  ],
] as const) {
  const finish = (y: Tensor, x: Tensor | null, dx: number, dim: number): Tensor => {
    if (y.ndim === 0) throw new IndexError(`Dimension specified as ${dim} but tensor has no dimensions`);
    const at = wrapDim(dim, y.ndim);
    if (y.shape[at] === 0) {
      return name === "trapezoid" ? y.new_zeros(y.shape.toSpliced(at, 1)) : y;
    }
    if (name === "trapezoid" && x === null) {
      return y
        .sum(at)
        .sub(y.select(at, 0).add(y.select(at, -1)).mul(0.5))
        .mul(dx);
    }
    const areas = trapezoids(y, x, dx, at, name);
    return (name === "trapezoid" ? areas.sum(at - y.ndim) : areas.cumsum(at - y.ndim)).div(2);
  };
  defineOp({
    schema: `${name}.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor`,
    doc,
    aliases,
    variants: "function",
    out: false,
    decompose: (y: Tensor, x: Tensor, dim: number) => finish(y, x, 1, dim),
  });
  defineOp({
    schema: `${name}.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor`,
    doc,
    aliases,
    variants: "function",
    out: false,
    decompose: (y: Tensor, dx: Scalar, dim: number) => finish(y, null, Number(dx), dim),
  });
}
