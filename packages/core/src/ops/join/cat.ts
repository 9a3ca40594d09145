import { CPU } from "../../device.ts";
import { allocate } from "../../dispatch/allocate.ts";
import { call } from "../../dispatch/call.ts";
import { copyInto } from "../../dispatch/execute.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { resultType } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { sameShape, wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { viewOf } from "../helpers.ts";

/** 1-d tensors without elements join anything, whatever the other sizes. */
const isLegacyEmpty = (shape: readonly number[]): boolean => shape.length === 1 && shape[0] === 0;

function joinedShape(tensors: readonly Tensor[], dim: number): number[] {
  const first = tensors.find((t) => !isLegacyEmpty(t.shape)) ?? tensors[0]!;
  const shape = [...first.shape];
  let total = 0;
  tensors.forEach((tensor, i) => {
    if (isLegacyEmpty(tensor.shape)) return;
    if (tensor.ndim !== first.ndim) {
      throw new RuntimeError(`Tensors must have same number of dimensions: got ${first.ndim} and ${tensor.ndim}`);
    }
    for (let d = 0; d < shape.length; d++) {
      if (d === dim || tensor.shape[d] === shape[d]) continue;
      throw new RuntimeError(
        `Sizes of tensors must match except in dimension ${dim}. Expected size ${shape[d]} but got size ${tensor.shape[d]} for tensor number ${i} in the list.`,
      );
    }
    total += tensor.shape[dim]!;
  });
  shape[dim] = total;
  return shape;
}

function checkCat(tensors: readonly Tensor[]): void {
  if (tensors.length === 0) throw new RuntimeError("torch.cat(): expected a non-empty list of Tensors");
  tensors.forEach((tensor, i) => {
    if (tensor.ndim === 0) {
      throw new RuntimeError(`zero-dimensional tensor (at position ${i}) cannot be concatenated`);
    }
  });
  const { device } = tensors[0]!;
  for (const tensor of tensors) {
    if (tensor.device !== device) {
      throw new RuntimeError(
        `Expected all tensors to be on the same device, but found at least two devices, ${device.toString()} and ${tensor.device.toString()}!`,
      );
    }
  }
}

export const cat: Op = defineOp({
  schema: "cat(Tensor[] tensors, int dim=0) -> Tensor",
  doc: "The tensors one after another along dimension `dim`; their other sizes must be equal.",
  example: 'import { cat, tensor } from "@tt/core";\ncat([tensor([1, 2]), tensor([3])]).tolist(); // [1, 2, 3]',
  aliases: ["concat", "concatenate"],
  synonyms: { axis: "dim" },
  variants: "function",
  check: checkCat,
  decompose: (tensors: readonly Tensor[], dim: number) => {
    const real = tensors.find((t) => !isLegacyEmpty(t.shape)) ?? tensors[0]!;
    const at = wrapDim(dim, real.ndim);
    const shape = joinedShape(tensors, at);
    const out = allocate(shape, resultType(tensors), tensors[0]?.device ?? CPU);
    let offset = 0;
    for (const tensor of tensors) {
      if (tensor.numel() === 0) continue;
      const size = tensor.shape[at]!;
      copyInto(viewOf(out, tensor.shape, out.strides, offset), tensor);
      offset += size * out.strides[at]!;
    }
    return out;
  },
  derivative: {
    tensors: [
      (g: Tensor, shapes: readonly (readonly number[])[], dim: number) => {
        const at = wrapDim(dim, g.ndim);
        let start = 0;
        return shapes.map((shape) => {
          if (isLegacyEmpty(shape)) return g.new_zeros([0]);
          const part = g.narrow(at, start, shape[at]!);
          start += shape[at]!;
          return part;
        });
      },
      "tensors.shape",
      "dim",
    ],
  },
});

export const stack: Op = defineOp({
  schema: "stack(Tensor[] tensors, int dim=0) -> Tensor",
  doc: "Tensors of one shape along a new dimension `dim`.",
  example:
    'import { stack, tensor } from "@tt/core";\nstack([tensor([1, 2]), tensor([3, 4])], 1).tolist(); // [[1, 3], [2, 4]]',
  variants: "function",
  check: (tensors: readonly Tensor[]) => {
    if (tensors.length === 0) throw new RuntimeError("stack expects a non-empty TensorList");
    const { shape } = tensors[0]!;
    tensors.forEach((tensor, i) => {
      if (!sameShape(shape, tensor.shape)) {
        throw new RuntimeError(
          `stack expects each tensor to be equal size, but got [${shape.join(", ")}] at entry 0 and [${tensor.shape.join(", ")}] at entry ${i}`,
        );
      }
    });
  },
  decompose: (tensors: readonly Tensor[], dim: number) => {
    const at = wrapDim(dim, tensors[0]!.ndim + 1);
    const shape = tensors[0]!.shape.toSpliced(at, 0, tensors.length);
    const out = allocate(shape, resultType(tensors), tensors[0]!.device);
    const strides = out.strides.toSpliced(at, 1);
    tensors.forEach((tensor, i) => copyInto(viewOf(out, tensor.shape, strides, i * out.strides[at]!), tensor));
    return out;
  },
  derivative: { tensors: [(g: Tensor, dim: number) => g.unbind(dim), "dim"] },
});

const catOf = (tensors: readonly Tensor[], dim: number): Tensor => call(cat, [tensors, dim]) as Tensor;

function nonEmpty(name: string, tensors: readonly Tensor[]): void {
  if (tensors.length === 0) throw new RuntimeError(`${name} expects a non-empty TensorList`);
}

const raised = (tensors: readonly Tensor[], rank: number): Tensor[] =>
  tensors.map((x) => {
    if (x.ndim >= rank) return x;
    if (rank === 1) return x.reshape([1]);
    const row = x.ndim === 0 ? x.reshape([1, 1]) : x.unsqueeze(0);
    return rank === 2 ? row : x.ndim === 2 ? x.unsqueeze(-1) : row.unsqueeze(-1);
  });

defineOp({
  schema: "hstack(Tensor[] tensors) -> Tensor",
  doc: "The tensors side by side: along dimension 1, or 0 for vectors.",
  variants: "function",
  decompose: (tensors: readonly Tensor[]) => {
    nonEmpty("hstack", tensors);
    const all = raised(tensors, 1);
    return catOf(all, all[0]!.ndim === 1 ? 0 : 1);
  },
});

defineOp({
  schema: "vstack(Tensor[] tensors) -> Tensor",
  doc: "The tensors one below another, vectors as rows.",
  aliases: ["row_stack"],
  variants: "function",
  decompose: (tensors: readonly Tensor[]) => {
    nonEmpty("vstack", tensors);
    return catOf(raised(tensors, 2), 0);
  },
});

defineOp({
  schema: "dstack(Tensor[] tensors) -> Tensor",
  doc: "The tensors behind one another, along dimension 2.",
  variants: "function",
  decompose: (tensors: readonly Tensor[]) => {
    nonEmpty("dstack", tensors);
    return catOf(raised(tensors, 3), 2);
  },
});

defineOp({
  schema: "column_stack(Tensor[] tensors) -> Tensor",
  doc: "Vectors as columns, and matrices, side by side.",
  variants: "function",
  decompose: (tensors: readonly Tensor[]) => {
    nonEmpty("column_stack", tensors);
    return catOf(
      tensors.map((x) => (x.ndim <= 1 ? x.reshape([x.numel(), 1]) : x)),
      1,
    );
  },
});

defineOp({
  schema: "block_diag(Tensor... tensors) -> Tensor",
  doc: "A matrix with the given ones along its diagonal, zeros elsewhere.",
  variants: "function",
  out: false,
  decompose: (tensors: readonly Tensor[]) => {
    tensors.forEach((tensor, i) => {
      if (tensor.ndim > 2) {
        throw new RuntimeError(
          `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${i} has ${tensor.ndim} dimensions`,
        );
      }
    });
    const blocks = raised(tensors, 2);
    const width = blocks.reduce((n, b) => n + b.shape[1]!, 0);
    const dtype = resultType(tensors);
    let left = 0;
    const rows = blocks.map((block) => {
      const [height, own] = [block.shape[0]!, block.shape[1]!];
      const before = block.new_zeros([height, left], { dtype });
      const after = block.new_zeros([height, width - left - own], { dtype });
      left += own;
      return catOf([before, block, after], 1);
    });
    return catOf(rows, 0);
  },
});
