import { eye, type Tensor, ValueError } from "@tt/core";
import {
  type Constraint,
  corr_cholesky,
  independent,
  lower_cholesky,
  real,
  real_vector,
} from "../constraints/index.ts";
import { finfo, padOnes, softplus } from "../functional.ts";
import { tril_matrix_to_vec, vec_to_tril_matrix } from "../utils.ts";
import { Transform } from "./transform.ts";

const matrices: Constraint = independent(real, 2);

/** Lower triangular matrices with a positive diagonal, from any square matrices. */
export class LowerCholeskyTransform extends Transform {
  override get domain(): Constraint {
    return matrices;
  }

  override get codomain(): Constraint {
    return lower_cholesky;
  }

  override equals(other: Transform): boolean {
    return other instanceof LowerCholeskyTransform;
  }

  override _call(x: Tensor): Tensor {
    return x.tril(-1).add(x.diagonal(0, -2, -1).exp().diag_embed());
  }

  override _inverse(y: Tensor): Tensor {
    return y.tril(-1).add(y.diagonal(0, -2, -1).log().diag_embed());
  }
}

const shifted = (x: Tensor): Tensor => padOnes(x.narrow(-1, 0, x.shape.at(-1)! - 1), 1, 0);

/**
 * Cholesky factors of D x D correlation matrices, from vectors of length D (D - 1) / 2: row by row, tanh of the
 * coordinates is broken off a stick of squared length one.
 */
export class CorrCholeskyTransform extends Transform {
  override get domain(): Constraint {
    return real_vector;
  }

  override get codomain(): Constraint {
    return corr_cholesky;
  }

  override get bijective(): boolean {
    return true;
  }

  override _call(x: Tensor): Tensor {
    const { eps } = finfo(x.dtype);
    const r = vec_to_tril_matrix(x.tanh().clamp(-1 + eps, 1 - eps), -1);
    const rest = r.pow(2).rsub(1).sqrt().cumprod(-1);
    const diagonal = eye(r.shape.at(-1)!, { dtype: r.dtype, device: r.device });
    return r.add(diagonal).mul(shifted(rest));
  }

  // See Stan's reference manual, "Cholesky factors of correlation matrices".
  override _inverse(y: Tensor): Tensor {
    const rest = shifted(y.mul(y).cumsum(-1).rsub(1));
    const t = tril_matrix_to_vec(y, -1).div(tril_matrix_to_vec(rest, -1).sqrt());
    return t.add(1).div(t.rsub(1)).log().div(2);
  }

  /** Of the vector and the lower triangle of the matrix. */
  override log_abs_det_jacobian(x: Tensor, y: Tensor): Tensor {
    // The diagonal -2 saves shifting the products to the right.
    const rest = tril_matrix_to_vec(y.mul(y).cumsum(-1).rsub(1), -2);
    const stick = rest.log().sum(-1).mul(0.5);
    const tanh = x
      .add(softplus(x.mul(-2)))
      .sub(Math.LN2)
      .sum(-1)
      .mul(-2);
    return stick.add(tanh);
  }

  override forward_shape(shape: readonly number[]): readonly number[] {
    if (shape.length < 1) throw new ValueError("Too few dimensions on input");
    const n = shape.at(-1)!;
    const d = Math.round(Math.sqrt(0.25 + 2 * n) + 0.5);
    if ((d * (d - 1)) / 2 !== n) throw new ValueError("Input is not a flattend lower-diagonal number");
    return [...shape.slice(0, -1), d, d];
  }

  override inverse_shape(shape: readonly number[]): readonly number[] {
    if (shape.length < 2) throw new ValueError("Too few dimensions on input");
    const d = shape.at(-1)!;
    if (shape.at(-2) !== d) throw new ValueError("Input is not square");
    return [...shape.slice(0, -2), (d * (d - 1)) / 2];
  }
}
