import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { int32, int64 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { metaLike } from "../helpers.ts";
import { scatterAdd } from "./gather.ts";

/** How elements travel between the tensor and the source: by element (scatter) or by slice (index). */
interface Route {
  readonly add: (input: Tensor, src: Tensor) => Tensor;
  readonly get: (input: Tensor) => Tensor;
  readonly reduce: (input: Tensor, src: Tensor) => Tensor;
  readonly clear: (input: Tensor) => Tensor;
}

interface Reduced {
  readonly g: Tensor;
  readonly input: Tensor;
  readonly src: Tensor;
  readonly result: Tensor;
  readonly reduce: string;
  readonly include_self: boolean;
}

/** Gradients of the tensor and the source; for products of several zeros only the first order is right, as in PyTorch. */
function reducedBackward({ g, input, src, result, reduce, include_self }: Reduced, route: Route): [Tensor, Tensor] {
  let [toInput, toSrc] = gradients();
  if (!include_self) toInput = route.clear(toInput);
  return [toInput, toSrc];

  function gradients(): [Tensor, Tensor] {
    if (reduce === "sum") return [g, route.get(g)];
    if (reduce === "mean") {
      const ones = g.new_ones(src.shape);
      const counts = route.add(include_self ? g.new_ones(input.shape) : g.new_zeros(input.shape), ones);
      const n = counts.masked_fill(counts.eq(0), 1);
      return [g.div(n), route.get(g).div(route.get(n))];
    }
    if (reduce === "prod") return productGradients();
    const value = route.get(result);
    const inputWins = input.eq(result).to(input.dtype);
    const srcWins = src.eq(value).to(src.dtype);
    const share = g.div(route.add(inputWins, srcWins));
    return [inputWins.mul(share), srcWins.mul(route.get(share))];
  }

  function productGradients(): [Tensor, Tensor] {
    const maskedInput = input.masked_fill(input.eq(0), 1);
    const toInput = g.mul(route.reduce(maskedInput, src)).div(maskedInput);
    const zero = src.eq(0);
    const zeros = route.get(route.add(input.new_zeros(input.shape), zero.to(input.dtype)));
    const single = zero.logical_and(zeros.eq(1));
    const without = route.reduce(input, src.masked_fill(single, 1));
    const toSrc = route.get(g.mul(without)).where(single, route.get(g.mul(result)).div(src.masked_fill(zero, 1)));
    return [toInput, toSrc];
  }
}

const KINDS = new Set(["sum", "prod", "mean", "amax", "amin"]);

defineOp({
  schema:
    "scatter_reduce(Tensor input, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor",
  doc: 'Reduces the elements of `src` that `index` sends along `dim` to one place: "sum", "prod", "mean", "amax" or "amin", with the tensor\'s own element unless `include_self` is false.',
  inplace: true,
  kernel: "scatter",
  aliasable: true,
  check: (input: Tensor, dim: number, index: Tensor, src: Tensor, reduce: string) => {
    if (!KINDS.has(reduce)) throw new RuntimeError("reduce argument must be either sum, prod, mean, amax or amin.");
    scatterAdd.record.check!(input, dim, index, src);
  },
  meta: (input: Tensor) => metaLike(input),
  kernelArgs: (input: Tensor, dim: number, index: Tensor, src: Tensor, reduce: string, include_self: boolean) => [
    input,
    wrapDim(dim, input.ndim),
    index,
    src,
    reduce,
    include_self,
  ],
  derivative: {
    "input, src": [
      (
        g: Tensor,
        _needs,
        input: Tensor,
        dim: number,
        index: Tensor,
        src: Tensor,
        reduce: string,
        include_self: boolean,
        result: Tensor,
      ) => {
        const used = narrowTo(src, index.shape);
        const [toInput, toSrc] = reducedBackward(
          { g, input, src: used, result, reduce, include_self },
          {
            add: (x, y) => x.scatter_add(dim, index, y),
            get: (x) => x.gather(dim, index),
            reduce: (x, y) => x.scatter_reduce(dim, index, y, reduce, { include_self }),
            clear: (x) => x.scatter(dim, index, 0),
          },
        );
        return [toInput, widenTo(toSrc, src.shape)];
      },
      "input",
      "dim",
      "index",
      "src",
      "reduce",
      "include_self",
      "result",
    ],
  },
});

/** The part of a source that an index of a smaller shape reads. */
function narrowTo(src: Tensor, shape: readonly number[]): Tensor {
  if (src.ndim !== shape.length) return src;
  return shape.reduce((x, size, d) => (x.shape[d] === size ? x : x.narrow(d, 0, size)), src);
}

/** Zeros where the source was not read. */
function widenTo(grad: Tensor, shape: readonly number[]): Tensor {
  if (grad.ndim !== shape.length) return grad;
  let out = grad;
  shape.forEach((size, d) => {
    if (out.shape[d] === size) return;
    out = out.new_zeros(out.shape.with(d, size)).slice_scatter(out, d, 0, out.shape[d]);
  });
  return out;
}

const indexReduce: Op = defineOp({
  schema:
    "index_reduce(Tensor input, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> Tensor",
  doc: 'Reduces the slices of `source` that `index` sends along `dim` to one place: "prod", "mean", "amax" or "amin".',
  inplace: true,
  kernel: "index_reduce",
  aliasable: true,
  check: (input: Tensor, dim: number, index: Tensor, source: Tensor, reduce: string) => {
    if (!KINDS.has(reduce) || reduce === "sum") {
      throw new RuntimeError(
        `index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${reduce}.`,
      );
    }
    if (index.ndim > 1) throw new RuntimeError("index_reduce_(): Index is supposed to be a vector");
    if (index.dtype !== int64 && index.dtype !== int32)
      throw new RuntimeError("index_reduce(): Expected dtype int32/int64 for index");
    if (input.dtype !== source.dtype) {
      throw new RuntimeError("index_reduce(): self and source must have the same scalar type");
    }
    const length = source.ndim === 0 ? 1 : source.shape[wrapDim(dim, source.ndim)]!;
    if (index.numel() !== length) {
      throw new RuntimeError("index_reduce_(): Number of indices should be equal to self.size(dim)");
    }
  },
  meta: (input: Tensor) => metaLike(input),
  kernelArgs: (input: Tensor, dim: number, index: Tensor, source: Tensor, reduce: string, include_self: boolean) => [
    input,
    wrapDim(dim, input.ndim),
    index.ndim === 0 ? index.reshape([1]) : index,
    source,
    reduce,
    include_self,
  ],
  derivative: {
    "input, source": [
      (
        g: Tensor,
        _needs,
        input: Tensor,
        dim: number,
        index: Tensor,
        src: Tensor,
        reduce: string,
        include_self: boolean,
        result: Tensor,
      ) => {
        const at = index.ndim === 0 ? index.reshape([1]) : index;
        const get = (x: Tensor): Tensor => x.index_select(dim, at).reshape(src.shape);
        return reducedBackward(
          { g, input, src, result, reduce, include_self },
          {
            add: (x, y) => x.index_add(dim, at, y),
            get,
            reduce: (x, y) => call(indexReduce, [x, dim, at, y, reduce, include_self]) as Tensor,
            clear: (x) => x.index_fill(dim, at, 0),
          },
        );
      },
      "input",
      "dim",
      "index",
      "source",
      "reduce",
      "include_self",
      "result",
    ],
  },
});
