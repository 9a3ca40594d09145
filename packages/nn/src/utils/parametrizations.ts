/** torch.nn.utils.parametrizations: ready-made parametrizations. */
import { no_grad, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { callOp, isOptions } from "@tt/core/dispatch";
import { Module } from "../module/module.ts";
import { register_parametrization } from "./parametrize.ts";
import { normalized, outputDim, weightMatrix } from "./spectral_norm.ts";

class SpectralNorm extends Module {
  readonly dim: number;
  readonly eps: number;
  readonly n_power_iterations: number;
  declare _u: Tensor;
  declare _v: Tensor;

  constructor(weight: Tensor, n_power_iterations: number, dim: number, eps: number) {
    super();
    this.dim = dim < 0 ? dim + weight.ndim : dim;
    this.eps = eps;
    this.n_power_iterations = n_power_iterations;
    if (weight.ndim > 1) {
      no_grad(() => {
        const matrix = weightMatrix(weight.detach(), this.dim);
        const start = (n: number): Tensor => normalized(matrix.new_empty([n]).normal_(0, 1), eps);
        this.register_buffer("_u", start(matrix.shape[0]!));
        this.register_buffer("_v", start(matrix.shape[1]!));
        this.iterate(matrix, 15);
      });
    }
  }

  private iterate(matrix: Tensor, count: number): void {
    no_grad(() => {
      for (let i = 0; i < count; i++) {
        this._u.copy_(normalized(matrix.mv(this._v), this.eps));
        this._v.copy_(normalized(matrix.t().mv(this._u), this.eps));
      }
    });
  }

  override forward(weight: Tensor): Tensor {
    if (weight.ndim === 1) return normalized(weight, this.eps);
    const matrix = weightMatrix(weight, this.dim);
    if (this.training) this.iterate(matrix.detach(), this.n_power_iterations);
    const sigma = this._u.clone().dot(matrix.mv(this._v.clone()));
    return weight.div(sigma);
  }

  right_inverse(value: Tensor): Tensor {
    return value;
  }
}

interface SpectralOptions {
  name?: string;
  n_power_iterations?: number;
  eps?: number;
  dim?: number | null;
}

/** Divides a parameter by its largest singular value (Miyato et al. 2018). */
export function spectral_norm<M extends Module>(
  module: M,
  name: string | SpectralOptions = "weight",
  n_power_iterations = 1,
  eps = 1e-12,
  dim: number | null = null,
): M {
  if (isOptions(name)) {
    const o = name as SpectralOptions;
    return spectral_norm(module, o.name ?? "weight", o.n_power_iterations ?? 1, o.eps ?? 1e-12, o.dim ?? null);
  }
  const key = name as string;
  if (n_power_iterations <= 0) {
    throw new ValueError(
      `Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`,
    );
  }
  const weight = (module as unknown as Record<string, Tensor | undefined>)[key];
  if (weight === undefined)
    throw new ValueError(`Module '${module.toString()}' has no parameter or buffer with name '${key}'`);
  return register_parametrization(
    module,
    key,
    new SpectralNorm(weight, n_power_iterations, dim ?? outputDim(module), eps),
  );
}

type OrthogonalMap = "matrix_exp" | "cayley" | "householder";

class Orthogonal extends Module {
  readonly orthogonal_map: OrthogonalMap;
  declare base: Tensor | null;

  constructor(weight: Tensor, map: OrthogonalMap, use_trivialization: boolean) {
    super();
    if (weight.dtype.is_complex && map === "householder") {
      throw new ValueError("The householder parametrization does not support complex tensors.");
    }
    this.orthogonal_map = map;
    this.register_buffer("base", use_trivialization ? orthogonalised(weight.detach()) : null);
  }

  override forward(x: Tensor): Tensor {
    const wide = x.shape.at(-2)! < x.shape.at(-1)!;
    const tall = wide ? x.mT : x;
    const [n, k] = tall.shape.slice(-2) as [number, number];
    let q: Tensor;
    if (this.orthogonal_map === "householder") {
      const a = tall.tril(-1);
      const tau = a.mul(a).sum(-2).add(1).reciprocal().mul(2);
      q = callOp("linalg_householder_product", a, tau);
      q = q.mul(tall.diagonal(0, -2, -1).sign().unsqueeze(-2));
    } else {
      let a = tall.tril();
      if (n !== k) a = callOp("cat", [a, a.new_zeros([...a.shape.slice(0, -2), n, n - k])], -1);
      a = a.sub(a.mT);
      if (this.orthogonal_map === "matrix_exp") q = callOp("linalg_matrix_exp", a);
      else {
        const identity = callOp("diag_embed", a.new_ones([n]), 0, -2, -1);
        q = callOp("linalg_solve", identity.sub(a.mul(0.5)), identity.add(a.mul(0.5)), true);
      }
      if (n !== k) q = q.narrow(-1, 0, k);
    }
    if (this.base !== null) q = this.base.matmul(q);
    return wide ? q.mT : q;
  }

  right_inverse(given: Tensor): Tensor {
    const wide = given.shape.at(-2)! < given.shape.at(-1)!;
    const q = wide ? given.mT : given;
    if (this.base === null) {
      if (this.orthogonal_map !== "householder") {
        throw new RuntimeError(
          "It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.",
        );
      }
      return given;
    }
    const base = orthogonalised(q);
    this.base = base;
    const identity = q.new_zeros(q.shape);
    if (this.orthogonal_map === "householder") identity.diagonal(0, -2, -1).fill_(-1);
    return wide ? identity.mT : identity;
  }
}

/** An orthogonal matrix [n, n] whose first columns span those of `weight` [n, k]. */
function orthogonalised(weight: Tensor): Tensor {
  const tall = weight.shape.at(-2)! < weight.shape.at(-1)! ? weight.mT : weight;
  const [q] = callOp("linalg_qr", tall, "complete") as unknown as [Tensor];
  return q;
}

/** Keeps a matrix orthogonal (or with orthonormal rows or columns) while it is trained. */
export function orthogonal<M extends Module>(
  module: M,
  name: string | { name?: string; orthogonal_map?: OrthogonalMap | null; use_trivialization?: boolean } = "weight",
  orthogonal_map: OrthogonalMap | null = null,
  options: { use_trivialization?: boolean } = {},
): M {
  if (isOptions(name)) {
    const o = name;
    return orthogonal(module, o.name ?? "weight", o.orthogonal_map ?? null, {
      use_trivialization: o.use_trivialization ?? true,
    });
  }
  const key = name;
  const weight = (module as unknown as Record<string, Tensor | undefined>)[key];
  if (weight === undefined)
    throw new ValueError(`Module '${module.toString()}' has no parameter ot buffer with name '${key}'`);
  if (weight.ndim < 2) {
    throw new ValueError(`Expected a matrix or batch of matrices. Got a tensor of ${weight.ndim} dimensions.`);
  }
  const square = weight.shape.at(-2) === weight.shape.at(-1) || weight.dtype.is_complex;
  const map = orthogonal_map ?? (square ? "matrix_exp" : "householder");
  if (!["matrix_exp", "cayley", "householder"].includes(map)) {
    throw new ValueError(`orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: ${map}`);
  }
  const made = new Orthogonal(weight, map, options.use_trivialization ?? true);
  return register_parametrization(module, key, made, { unsafe: true });
}
