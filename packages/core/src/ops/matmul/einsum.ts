import { type Bound, defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { numelOf } from "../../layout.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** Stands for one dimension that "..." covers; labels are letters, so the names cannot meet. */
const ellipsis = (i: number): string => `...${i}`;

interface Plan {
  /** Labels of every operand's dimensions. */
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** One term of the equation as labels, "..." being one of them. */
function termOf(text: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < text.length; i++) {
    const ch = text[i]!;
    if (ch === " ") continue;
    if (ch === ".") {
      if (text.slice(i, i + 3) !== "...")
        throw new RuntimeError("einsum(): found '.' that is not part of any ellipsis");
      if (found.includes("...")) throw new RuntimeError("einsum(): found '.' for which an ellipsis was already found");
      found.push("...");
      i += 2;
    } else if (/[A-Za-z]/.test(ch)) found.push(ch);
    else
      throw new RuntimeError(
        `einsum(): invalid subscript given at index ${i} in the equation string, subscripts must be in [a-zA-Z]`,
      );
  }
  return found;
}

function planOf(
  terms: readonly (readonly string[])[],
  output: readonly string[] | null,
  tensors: readonly Tensor[],
): Plan {
  if (terms.length !== tensors.length) {
    throw new RuntimeError(
      terms.length < tensors.length
        ? "einsum(): more operands were provided than specified in the equation"
        : "einsum(): fewer operands were provided than specified in the equation",
    );
  }
  let covered = 0;
  tensors.forEach((tensor, i) => {
    const term = terms[i]!;
    const named = term.filter((l) => l !== "...").length;
    const wide = term.includes("...");
    if (wide ? named > tensor.ndim : named !== tensor.ndim) {
      throw new RuntimeError(
        `einsum(): the number of subscripts in the equation (${named}) ${wide ? "is more than" : "does not match"} the number of dimensions (${tensor.ndim}) for operand ${i}${wide ? "" : " and no ellipsis was given"}`,
      );
    }
    if (wide) covered = Math.max(covered, tensor.ndim - named);
  });
  const spread = (term: readonly string[], count: number): string[] =>
    term.flatMap((l) => (l === "..." ? Array.from({ length: count }, (_, i) => ellipsis(covered - count + i)) : [l]));
  const operands = terms.map((term, i) => spread(term, tensors[i]!.ndim - (term.length - 1)));
  const counts = new Map<string, number>();
  for (const label of operands.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (output === null) {
    const once = [...counts.keys()].filter((l) => l.length === 1 && counts.get(l) === 1).sort();
    return { operands, output: [...spread(["..."], covered), ...once] };
  }
  const labels = spread(output, covered);
  for (const label of labels) {
    if (labels.indexOf(label) !== labels.lastIndexOf(label)) {
      throw new RuntimeError(`einsum(): output subscript ${label} appears more than once in the output`);
    }
    if (!counts.has(label) && label.length === 1) {
      throw new RuntimeError(
        `einsum(): output subscript ${label} does not appear in the equation for any input operand`,
      );
    }
  }
  return { operands, output: labels };
}

/** Repeated labels of one operand become its diagonal; then every label of `order` has its dimension, of size 1 if absent. */
function aligned(tensor: Tensor, labels: readonly string[], order: readonly string[], index: number): Tensor {
  let out = tensor;
  const own = [...labels];
  for (let i = 0; i < own.length; i++) {
    const j = own.indexOf(own[i]!, i + 1);
    if (j < 0) continue;
    if (out.shape[i] !== out.shape[j]) {
      throw new RuntimeError(
        `einsum(): subscript ${own[i]} is repeated for operand ${index} but the sizes don't match, ${out.shape[j]} != ${out.shape[i]}`,
      );
    }
    out = out.diagonal(0, i, j).movedim(-1, i);
    own.splice(j, 1);
    i--;
  }
  const present = order.filter((l) => own.includes(l));
  out = out.permute(present.map((l) => own.indexOf(l)));
  order.forEach((l, d) => {
    if (!own.includes(l)) out = out.unsqueeze(d);
  });
  return out;
}

/** Product of two aligned operands, summed over `sum`; summed dimensions stay with size 1. Through one bmm. */
function pair(left: Tensor, right: Tensor, sum: readonly number[]): Tensor {
  let [a, b] = [left, right];
  const groups: Record<"batch" | "left" | "right" | "sum", number[]> = { batch: [], left: [], right: [], sum: [] };
  for (let d = 0; d < a.ndim; d++) {
    const [wideA, wideB] = [a.shape[d] !== 1, b.shape[d] !== 1];
    if (sum.includes(d)) {
      if (wideA && wideB) groups.sum.push(d);
      else if (wideA) a = a.sum(d, { keepdim: true });
      else if (wideB) b = b.sum(d, { keepdim: true });
    } else if (wideA && wideB) groups.batch.push(d);
    else if (wideA) groups.left.push(d);
    else groups.right.push(d);
  }
  const { batch, left: only, right: other, sum: inner } = groups;
  const rest = [...a.shape.keys()].filter((d) => sum.includes(d) && !inner.includes(d));
  const size = (t: Tensor, dims: readonly number[]): number => numelOf(dims.map((d) => t.shape[d]!));
  const n = size(a, batch);
  const order = [...batch, ...only, ...inner, ...other, ...rest];
  const l = a.permute(order).reshape([n, size(a, only), size(a, inner)]);
  const r = b.permute([...batch, ...inner, ...other, ...only, ...rest]).reshape([n, size(b, inner), size(b, other)]);
  const shape = [
    ...batch.map((d) => a.shape[d]!),
    ...only.map((d) => a.shape[d]!),
    ...inner.map(() => 1),
    ...other.map((d) => b.shape[d]!),
    ...rest.map(() => 1),
  ];
  const product = l.bmm(r).view(shape);
  return product.permute([...a.shape.keys()].map((d) => order.indexOf(d)));
}

function contract(plan: Plan, tensors: readonly Tensor[]): Tensor {
  const { operands, output } = plan;
  const summed = [...new Set(operands.flat())].filter((l) => !output.includes(l));
  const order = [...output, ...summed];
  let rest = tensors.map((tensor, i) => aligned(tensor, operands[i]!, order, i));
  for (const [d, label] of order.entries()) {
    const sizes = new Set(rest.map((t) => t.shape[d]!).filter((s) => s !== 1));
    if (sizes.size > 1) {
      const at = rest.findIndex((t) => t.shape[d] !== 1 && t.shape[d] !== [...sizes][0]);
      throw new RuntimeError(
        `einsum(): operands do not broadcast with remapped shapes [original->remapped]: subscript ${label} has size ${rest[at]!.shape[d]} for operand ${at} which does not broadcast with previously seen size ${[...sizes][0]}`,
      );
    }
  }
  if (rest.length === 1) {
    const dims = summed.map((_, i) => output.length + i);
    return dims.length === 0 ? rest[0]! : rest[0]!.sum(dims);
  }
  while (rest.length > 1) {
    const [a, b, ...others] = rest as [Tensor, Tensor, ...Tensor[]];
    // A label that no later operand carries is summed at once.
    const ready = summed.map((_, i) => output.length + i).filter((d) => others.every((t) => t.shape[d] === 1));
    rest = [pair(a, b, ready), ...others];
  }
  return summed.length === 0 ? rest[0]! : rest[0]!.view(rest[0]!.shape.slice(0, output.length));
}

defineOp({
  schema: "einsum(str equation, Tensor... operands) -> Tensor",
  doc: 'Sums of products along labelled dimensions (Einstein notation), such as "ij,jk->ik"; "..." covers the rest.',
  example:
    'import { einsum, ones } from "@tt/core";\neinsum("bij,bjk->bik", ones(5, 2, 3), ones(5, 3, 4)).shape; // [5, 2, 4]',
  variants: "function",
  out: false,
  decompose: (equation: string, tensors: readonly Tensor[]) => {
    if (tensors.length === 0) throw new RuntimeError("einsum(): must provide at least one operand");
    const [left, right, ...extra] = equation.split("->");
    if (extra.length > 0) throw new RuntimeError("einsum(): found more than one '->' in the equation");
    const terms = left!.split(",").map(termOf);
    return contract(planOf(terms, right === undefined ? null : termOf(right), tensors), tensors);
  },
});

defineOp({
  schema: "einsum.sublist(Any... operands) -> Tensor",
  doc: "The same with labels as numbers: einsum(a, [0, 1], b, [1, 2], [0, 2]).",
  variants: "function",
  out: false,
  decompose: (given: readonly Bound[]) => {
    const isSublist = given.length % 2 === 1;
    const label = (l: unknown): string => {
      if (l === "...") return l;
      if (typeof l !== "number" || l < 0 || l >= 52) {
        throw new RuntimeError("einsum(): expected subscripts to be in [0, 52)");
      }
      return String.fromCodePoint(l < 26 ? 65 + l : 97 + l - 26);
    };
    const tensors = given.filter((g): g is Tensor => g instanceof Tensor);
    const lists = given.filter((g): g is unknown[] => Array.isArray(g)).map((list) => list.map(label));
    const output = isSublist ? lists.pop()! : null;
    return contract(planOf(lists, output, tensors), tensors);
  },
});
