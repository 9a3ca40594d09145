import { callOp } from "@tt/core/dispatch";
import { get_default_dtype, RuntimeError, type Tensor } from "@tt/core";
import { defineFunction } from "./define.ts";
import { LEGACY, reduceLoss, reductionOf } from "./reduction.ts";

type Flag = boolean | null;

defineFunction(
  `hinge_embedding_loss(Tensor input, Tensor target, float margin=1.0, ${LEGACY}, str reduction="mean") -> Tensor`,
  "The input where the target is 1, max(0, margin - input) where it is -1.",
  (input: Tensor, target: Tensor, margin: number, size_average: Flag, reduce: Flag, reduction: string) => {
    const far = input.rsub(margin).clamp_min(0).masked_fill(target.eq(1), 0);
    return reduceLoss(far.add(input.masked_fill(target.eq(-1), 0)), reductionOf(size_average, reduce, reduction));
  },
);

defineFunction(
  `margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0, ${LEGACY}, str reduction="mean") -> Tensor`,
  "max(0, -target * (input1 - input2) + margin): target 1 wants input1 ranked higher.",
  (
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: number,
    size_average: Flag,
    reduce: Flag,
    reduction: string,
  ) => {
    if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim) {
      throw new RuntimeError(
        `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: torch.Size([${input1.shape.join(", ")}]), input2: torch.Size([${input2.shape.join(", ")}]), target: torch.Size([${target.shape.join(", ")}]) `,
      );
    }
    const distance = target.neg().mul(input1.sub(input2));
    // `margin` is a float even where it is integral, so integers become floats.
    const loss = (distance.dtype.category < 2 ? distance.to(get_default_dtype()) : distance).add(margin).clamp_min(0);
    return reduceLoss(loss, reductionOf(size_average, reduce, reduction));
  },
);

defineFunction(
  `cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0, ${LEGACY}, str reduction="mean") -> Tensor`,
  "1 - cos where the target is 1, max(0, cos - margin) where it is -1.",
  (
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: number,
    size_average: Flag,
    reduce: Flag,
    reduction: string,
  ) => {
    if ((target.ndim !== 1 && target.ndim !== 0) || input1.ndim !== target.ndim + 1) {
      throw new RuntimeError(
        target.ndim > 1
          ? "0D or 1D target tensor expected, multi-target not supported"
          : `${target.ndim}D target tensor expects ${target.ndim + 1}D input tensors, but found inputs with sizes [${input1.shape.join(", ")}] and [${input2.shape.join(", ")}].`,
      );
    }
    const EPSILON = 1e-12;
    const dim = target.ndim;
    const squares = (t: Tensor): Tensor => t.mul(t).sum(dim).add(EPSILON);
    const cosine = input1
      .mul(input2)
      .sum(dim)
      .div(squares(input1).mul(squares(input2)).sqrt());
    const near = cosine.rsub(1).masked_fill(target.ne(1), 0);
    const far = cosine.sub(margin).clamp_min(0).masked_fill(target.ne(-1), 0);
    return reduceLoss(near.add(far), reductionOf(size_average, reduce, reduction));
  },
);

type Distance = (a: Tensor, b: Tensor) => Tensor;

function triplet(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  distance: Distance,
  margin: number,
  swap: boolean,
): Tensor {
  const near = distance(anchor, positive);
  let far = distance(anchor, negative);
  if (swap) far = far.minimum(distance(positive, negative));
  return near.sub(far).add(margin).clamp_min(0);
}

defineFunction(
  `triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2, float eps=1e-06, bool swap=False, ${LEGACY}, str reduction="mean") -> Tensor`,
  "max(0, d(anchor, positive) - d(anchor, negative) + margin) with the p-norm distance.",
  (
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: number,
    p: number,
    eps: number,
    swap: boolean,
    size_average: Flag,
    reduce: Flag,
    reduction: string,
  ) => {
    if (anchor.ndim !== positive.ndim || positive.ndim !== negative.ndim) {
      throw new RuntimeError(
        `All inputs should have same dimension but got: anchor ${anchor.ndim}D, positive ${positive.ndim}D and negative ${negative.ndim}D`,
      );
    }
    const distance: Distance = (a, b) => callOp("pairwise_distance", a, b, p, eps, false);
    return reduceLoss(
      triplet(anchor, positive, negative, distance, margin, swap),
      reductionOf(size_average, reduce, reduction),
    );
  },
);

defineFunction(
  'triplet_margin_with_distance_loss(Tensor anchor, Tensor positive, Tensor negative, *, Function? distance_function=None, float margin=1.0, bool swap=False, str reduction="mean") -> Tensor',
  "The triplet loss with any distance; the p-norm distance unless given.",
  (
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    distance: Distance | null,
    margin: number,
    swap: boolean,
    reduction: string,
  ) => {
    if (anchor.ndim !== positive.ndim || positive.ndim !== negative.ndim) {
      throw new RuntimeError(
        `All inputs should have same dimension but got: anchor ${anchor.ndim}D, positive ${positive.ndim}D and negative ${negative.ndim}D`,
      );
    }
    const d: Distance = distance ?? ((a, b) => callOp("pairwise_distance", a, b, 2, 1e-6, false));
    return reduceLoss(triplet(anchor, positive, negative, d, margin, swap), reductionOf(null, null, reduction));
  },
);
