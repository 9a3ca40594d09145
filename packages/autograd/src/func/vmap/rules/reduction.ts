import { is_tensor, type Tensor } from "@tt/core";
import { call, findOp, type Op } from "@tt/core/dispatch";
import type { BatchedTensor } from "../batched.ts";
import type { Rule } from "../rules.ts";
import { byDims, forAll, shift } from "./shared.ts";

/** Over some dimensions, or all when none are named. */
const overDims: Rule = (_layer, op, args) => {
  const [input] = args as [BatchedTensor];
  const at = op.position("dim");
  const keep = op.schema.params.findIndex((p) => p.name === "keepdim");
  const given = args[at] as number | readonly number[] | null;
  const dims = given === null ? [] : typeof given === "number" ? [given] : given;
  const { ndim } = input;
  if (ndim === 0) {
    if (dims.some((d) => d !== 0 && d !== -1)) return null;
    const out = args.with(0, input.value.unsqueeze(1)).with(at, [1]);
    return call(op, keep < 0 ? out : out.with(keep, false));
  }
  if (dims.some((d) => d < -ndim || d >= ndim)) return null;
  const all = dims.length === 0 ? Array.from({ length: ndim }, (_, d) => d + 1) : dims.map((d) => shift(d, ndim));
  return call(op, args.with(0, input.value).with(at, all));
};

/** Over everything, by the op that reduces one dimension of the flattened examples. */
function overAll(name: string, more: (args: readonly unknown[]) => unknown[] = (args) => args.slice(1)): Rule {
  return (layer, _op, args) => {
    const rows = (args[0] as BatchedTensor).value.reshape([layer.size, (args[0] as BatchedTensor).numel()]);
    const op = findOp(name)!;
    const list = op.schema.params[1]!.list;
    return first(op, call(op, [rows, list ? [1] : 1, false, ...more(args)]));
  };
}

const first = (op: Op, result: unknown): Tensor => (op.single ? (result as Tensor) : (result as Tensor[])[0]!);

const position: Rule = (layer, op, args) => {
  const [input, dim, keepdim] = args as [BatchedTensor, number | null, boolean];
  if (dim !== null) return byDims(["dim"])(layer, op, args);
  if (keepdim) return null;
  return call(op, [input.value.reshape([layer.size, -1]), 1, false]);
};

/** Ops of which every tensor has the dimension, and an index may be batched alone. */
const alike: Rule = (layer, op, args) => {
  const ranks = op.tensorArgs
    .map((i) => args[i])
    .filter(is_tensor)
    .map((t) => t.ndim);
  return ranks.every((r) => r === ranks[0]) ? byDims(["dim"])(layer, op, args) : null;
};

export const reductionRules: Record<string, Rule> = {
  ...forAll("sum.dim_IntList mean.dim amax amin nansum _vector_norm count_nonzero logsumexp", overDims),
  ...forAll("var.correction std.correction var_mean.correction std_mean.correction", overDims),
  ...forAll(
    "max.dim min.dim all.dim any.dim prod.dim_int cumsum cumprod cummax cummin logcumsumexp _softmax _log_softmax sort sort.stable topk kthvalue mode median.dim nanmedian.dim",
    byDims(["dim"]),
  ),
  ...forAll(
    "_softmax_backward_data _log_softmax_backward_data gather scatter.src scatter.value scatter_add scatter_reduce",
    alike,
  ),
  sum: overAll("sum.dim_IntList"),
  mean: overAll("mean.dim"),
  max: overAll("amax", () => []),
  min: overAll("amin", () => []),
  prod: overAll("prod.dim_int"),
  all: overAll("all.dim"),
  any: overAll("any.dim"),
  median: overAll("median.dim"),
  nanmedian: overAll("nanmedian.dim"),
  argmax: position,
  argmin: position,
};
