import { full, isclose, type Tensor, bool } from "@tt/core";
import { finfo } from "../functional.ts";
import { Constraint } from "./constraint.ts";

/** Vectors of nonnegative numbers that sum to one. */
export class Simplex extends Constraint {
  override get event_dim(): number {
    return 1;
  }

  override check(value: Tensor): Tensor {
    return value.ge(0).all(-1).logical_and(value.sum(-1).sub(1).abs().lt(1e-6));
  }
}

abstract class Matrix extends Constraint {
  override get event_dim(): number {
    return 2;
  }
}

const isLowerTriangular = (value: Tensor): Tensor =>
  value
    .tril()
    .eq(value)
    .reshape([...value.shape.slice(0, -2), -1])
    .all(-1);

/** Lower triangular square matrices. */
export class LowerTriangular extends Matrix {
  override check(value: Tensor): Tensor {
    return isLowerTriangular(value);
  }
}

/** Lower triangular square matrices with a positive diagonal. */
export class LowerCholesky extends Matrix {
  override check(value: Tensor): Tensor {
    return isLowerTriangular(value).logical_and(value.diagonal(0, -2, -1).gt(0).all(-1));
  }
}

/** Lower triangular square matrices with a positive diagonal and rows of unit length. */
export class CorrCholesky extends LowerCholesky {
  override check(value: Tensor): Tensor {
    // Ten is an adjustable fudge factor.
    const tolerance = finfo(value.dtype).eps * value.shape.at(-1)! * 10;
    const lengths = value.detach().norm(2, -1);
    return super.check(value).logical_and(lengths.sub(1).abs().le(tolerance).all(-1));
  }
}

/** Square matrices. */
export class Square extends Matrix {
  override check(value: Tensor): Tensor {
    const isSquare = value.shape.at(-2) === value.shape.at(-1);
    return full(value.shape.slice(0, -2), isSquare, { dtype: bool, device: value.device });
  }
}

/** Symmetric square matrices. */
export class Symmetric extends Square {
  override check(value: Tensor): Tensor {
    const square = super.check(value);
    if (!square.all().item()) return square;
    return isclose(value, value.transpose(-2, -1), { atol: 1e-6 }).all(-2).all(-1);
  }
}
