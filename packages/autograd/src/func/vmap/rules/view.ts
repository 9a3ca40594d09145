import type { Tensor } from "@tt/core";
import { call } from "@tt/core/dispatch";
import type { BatchedTensor } from "../batched.ts";
import type { Rule } from "../rules.ts";
import { byDims, forAll, through, withSizes } from "./shared.ts";

type Sized = [input: BatchedTensor, sizes: readonly number[]];

const view: Rule = (layer, op, args) => {
  const [input, size] = args as Sized;
  const known = size.reduce((n, s) => (s === -1 ? n : n * s), 1);
  // An inferred size is that of one example.
  const sizes = size.map((s) => (s === -1 && known !== 0 ? input.numel() / known : s));
  if (sizes.some((s) => !Number.isInteger(s))) return null;
  return call(op, [input.value, [layer.size, ...sizes]]);
};

const expand: Rule = (layer, op, args) => {
  const [input, size] = args as Sized;
  const lead = size.length - input.ndim;
  if (lead < 0) return null;
  const value = input.value.view([layer.size, ...new Array<number>(lead).fill(1), ...input.shape]);
  return call(op, [value, [layer.size, ...size.map((s, i) => (s === -1 && i >= lead ? input.shape[i - lead]! : s))]]);
};

const squeeze: Rule = (layer, _op, args) => {
  const [input] = args as [BatchedTensor];
  const kept = input.shape.flatMap((s, d) => (s === 1 ? [] : [d]));
  const strides = kept.map((d) => input.strides[d]!);
  const { value } = input;
  return value.as_strided(
    [layer.size, ...kept.map((d) => input.shape[d]!)],
    [value.strides[0]!, ...strides],
    value.offset,
  );
};

const transposeMatrix: Rule = (_layer, _op, args) => {
  const [{ value }] = args as [BatchedTensor];
  return value.ndim > 2 ? value.transpose(1, 2) : value.view(value.shape);
};

const asStrided: Rule = (layer, op, args) => {
  const [input, size, stride, offset] = args as [BatchedTensor, number[], number[], number | null];
  const { value } = input;
  return call(op, [value, [layer.size, ...size], [value.strides[0]!, ...stride], offset ?? value.offset]);
};

const permute: Rule = (_layer, op, args) => {
  const [input, dims] = args as Sized;
  if (dims.length !== input.ndim) return null;
  return call(op, [input.value, [0, ...dims.map((d) => (d < 0 ? d + input.ndim : d) + 1)]]);
};

const diagonalPlanes = byDims(["dim1", "dim2"]);

/** Without dimensions they mean the flattened example. */
const flip: Rule = (layer, op, args) =>
  (args[op.position("dims")] as number[]).length === 0 ? null : byDims(["dims"])(layer, op, args);

const repeat: Rule = (layer, op, args) => {
  const [input, repeats] = args as Sized;
  const lead = repeats.length - input.ndim;
  if (lead < 0) return null;
  return call(op, [
    input.value.view([layer.size, ...new Array<number>(lead).fill(1), ...input.shape]),
    [1, ...repeats],
  ]);
};

/** Works on the last two dimensions, which one example must have. */
const matrices: Rule = (layer, op, args) => ((args[0] as Tensor).ndim < 2 ? null : through(layer, op, args));

export const viewRules: Record<string, Rule> = {
  ...forAll("alias view_as_real view_as_complex constant_pad_nd", through),
  ...forAll("select slice squeeze.dim unbind.int split split_with_sizes", byDims(["dim"])),
  ...forAll("select_scatter slice_scatter", byDims(["dim"])),
  ...forAll("select_backward slice_backward unfold_backward", backward("dim")),
  ...forAll("roll flip", flip),
  ...forAll("tril triu", matrices),
  transpose: byDims(["dim0", "dim1"]),
  unsqueeze: byDims(["dim"], 1),
  unfold: byDims(["dimension"]),
  diagonal: diagonalPlanes,
  diagonal_scatter: diagonalPlanes,
  diag_embed: byDims(["dim1", "dim2"], 1),
  diagonal_backward: backward("dim1", "dim2"),
  view,
  _unsafe_view: view,
  expand,
  squeeze,
  t: transposeMatrix,
  as_strided: asStrided,
  permute,
  repeat,
};

/** Gradients of views: their dimensions count in the input, whose sizes they are given. */
function backward(...names: string[]): Rule {
  return (layer, op, args) => {
    const at = op.position("input_sizes");
    const rank = (args[at] as number[]).length;
    const out = [...args];
    for (const name of names) {
      const dim = args[op.position(name)] as number;
      out[op.position(name)] = (dim < 0 ? dim + rank : dim) + 1;
    }
    return withSizes("input_sizes", through)(layer, op, out);
  };
}
