import type { Tensor } from "@tt/core";
import { cholesky_ex, eigvalsh } from "@tt/core/linalg";
import type { Constraint } from "./constraint.ts";
import { Symmetric } from "./matrix.ts";

class PositiveSemidefinite extends Symmetric {
  override check(value: Tensor): Tensor {
    const symmetric = super.check(value);
    return symmetric.all().item() ? eigvalsh(value).ge(0).all(-1) : symmetric;
  }
}

class PositiveDefinite extends Symmetric {
  override check(value: Tensor): Tensor {
    const symmetric = super.check(value);
    return symmetric.all().item() ? cholesky_ex(value).info.eq(0) : symmetric;
  }
}

/** Symmetric matrices without negative eigenvalues. */
export const positive_semidefinite: Constraint = new PositiveSemidefinite();
/** Symmetric matrices with positive eigenvalues only. */
export const positive_definite: Constraint = new PositiveDefinite();
