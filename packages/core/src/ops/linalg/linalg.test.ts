import { describe, expect, it } from "vitest";
import {
  complex128,
  empty,
  eye,
  float16,
  float32,
  float64,
  full,
  int32,
  int64,
  type Tensor,
  tensor,
  zeros,
} from "../../index.ts";
import * as linalg from "../../linalg.ts";
import * as torch from "../../linalg_torch.ts";

const expectClose = (a: Tensor, b: Tensor): void => {
  expect(a.shape).toEqual(b.shape);
  expect(a.sub(b).abs().max().item()).toBeLessThan(1e-10);
};

/** Matrices without structure. */
function sample(...shape: number[]): Tensor {
  const n = shape.reduce((x, y) => x * y, 1);
  return tensor(
    Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + 1)) * Math.cos(7.3 * i * i)),
    { dtype: float64 },
  ).reshape(shape);
}

describe("solving", () => {
  it("broadcasts batches and takes vectors", () => {
    const [a, b] = [sample(2, 1, 3, 3), sample(4, 3, 2)];
    const x = linalg.solve(a, b);
    expect(x.shape).toEqual([2, 4, 3, 2]);
    expectClose(a.matmul(x), b.expand(2, 4, 3, 2));
    const v = sample(2, 3);
    expectClose(
      a
        .select(1, 0)
        .matmul(linalg.solve(a.select(1, 0), v).unsqueeze(-1))
        .squeeze(-1),
      v,
    );
    const right = sample(4, 2, 3);
    expectClose(linalg.solve(a, right, { left: false }).matmul(a), right.expand(2, 4, 2, 3));
  });

  it("uses only the triangle it is told of", () => {
    const [a, b] = [sample(4, 4), sample(4, 2)];
    expectClose(a.triu().matmul(linalg.solve_triangular(a, b, { upper: true })), b);
    const lower = a.tril(-1).add(eye(4, { dtype: float64 }));
    expectClose(
      linalg.solve_triangular(a, b.mT, { upper: false, left: false, unitriangular: true }).matmul(lower),
      b.mT,
    );
    const [x, copy] = torch.triangular_solve(b, a, { transpose: true });
    expectClose(a.triu().mT.matmul(x), b);
    expectClose(copy, a);
  });

  it("finds least squares with residuals, rank and singular values", () => {
    const [a, b] = [sample(6, 3), sample(6, 2)];
    const { solution, residuals, rank, singular_values } = linalg.lstsq(a, b, { driver: "gelsd" });
    const error = b.sub(a.matmul(solution));
    expectClose(a.mT.matmul(error), zeros(3, 2, { dtype: float64 }));
    expectClose(residuals, error.square().sum(0));
    expect(rank.item()).toBe(3);
    expect(singular_values.shape).toEqual([3]);
    expect(linalg.lstsq(a, b).residuals.shape).toEqual([0]);
  });

  it("inverts tensors over several dimensions", () => {
    const a = sample(2, 3, 6).reshape(2, 3, 3, 2);
    const inverse = linalg.tensorinv(a);
    expect(inverse.shape).toEqual([3, 2, 2, 3]);
    const b = sample(2, 3);
    expectClose(linalg.tensorsolve(a, b), inverse.reshape(6, 6).matmul(b.reshape(6)).reshape(3, 2));
  });
});

describe("decompositions", () => {
  it("lu gives parts, their packed form and solutions", () => {
    const a = sample(2, 5, 3);
    const [p, l, u] = linalg.lu(a);
    expectClose(p.matmul(l).matmul(u), a);
    const [lu, pivots] = linalg.lu_factor(a);
    expect(pivots.dtype).toBe(int32);
    const unpacked = torch.lu_unpack(lu, pivots);
    expectClose(unpacked.P.matmul(unpacked.L).matmul(unpacked.U), a);
    const square = sample(3, 3);
    const b = sample(3, 2);
    const factors = linalg.lu_factor(square);
    expectClose(square.mT.matmul(linalg.lu_solve(factors.LU, factors.pivots, b, { adjoint: true })), b);
  });

  it("pseudoinverse and rank of a matrix of low rank", () => {
    const a = sample(6, 2).matmul(sample(2, 4));
    const inverse = linalg.pinv(a);
    expectClose(a.matmul(inverse).matmul(a), a);
    expect(linalg.matrix_rank(a).item()).toBe(2);
    expect(linalg.matrix_rank(a, 100).item()).toBe(0);
    expect(linalg.matrix_rank(eye(3), { atol: 2, hermitian: true }).item()).toBe(0);
  });

  it("eigh reads the lower triangle; symeig the upper one", () => {
    const a = sample(4, 4);
    expectClose(linalg.eigvalsh(a), linalg.eigvalsh(a.tril().add(a.tril(-1).mT)));
    expectClose(torch.symeig(a)[0], linalg.eigvalsh(a, "U"));
    expect(torch.symeig(a)[1].shape).toEqual([0]);
  });

  it("eig of real matrices is complex", () => {
    const { eigenvalues, eigenvectors } = linalg.eig(
      tensor(
        [
          [0, -1],
          [1, 0],
        ],
        { dtype: float64 },
      ),
    );
    expect(eigenvalues.dtype).toBe(complex128);
    expect(eigenvectors.abs().square().sum(0).tolist()).toEqual([expect.closeTo(1), expect.closeTo(1)]);
  });

  it("modes of qr and full matrices of svd have PyTorch's shapes", () => {
    const a = sample(5, 3);
    expect(linalg.qr(a, "complete").map((x) => x.shape)).toEqual([
      [5, 5],
      [5, 3],
    ]);
    expect(linalg.qr(a, "r").map((x) => x.shape)).toEqual([[0], [3, 3]]);
    expect(linalg.svd(a).map((x) => x.shape)).toEqual([[5, 5], [3], [3, 3]]);
    expect(linalg.svd(a, false).map((x) => x.shape)).toEqual([[5, 3], [3], [3, 3]]);
    const packed = torch.geqrf(a);
    expectClose(
      torch.ormqr(packed.a, packed.tau, sample(5, 2), { transpose: true }),
      linalg.qr(a, "complete")[0].mT.matmul(sample(5, 2)),
    );
  });

  it("ldl factors solve", () => {
    const a = sample(5, 5);
    const symmetric = a.add(a.mT);
    const [ld, pivots] = linalg.ldl_factor(symmetric);
    expectClose(symmetric.matmul(linalg.ldl_solve(ld, pivots, sample(5, 2))), sample(5, 2));
  });

  it("writes to out", () => {
    const out = empty(0, { dtype: float64 });
    linalg.inv(eye(2, { dtype: float64 }).mul(2), { out });
    expect(out.tolist()).toEqual([
      [0.5, 0],
      [0, 0.5],
    ]);
  });
});

describe("norms and products", () => {
  const a = tensor(
    [
      [3, 4],
      [0, 0],
    ],
    { dtype: float64 },
  );

  it.each([
    ["fro", 5],
    ["nuc", 5],
    [2, 5],
    [-2, 0],
    [1, 4],
    [-1, 3],
    [Number.POSITIVE_INFINITY, 7],
    [Number.NEGATIVE_INFINITY, 0],
  ])("matrix norm %s", (ord, want) => {
    expect(linalg.matrix_norm(a, ord).item()).toBeCloseTo(want, 12);
    expect(linalg.norm(a.expand(2, 2, 2), ord, [1, 2], true).shape).toEqual([2, 1, 1]);
  });

  it("condition numbers", () => {
    expect(
      linalg
        .cond(
          tensor([
            [2, 0],
            [0, 4],
          ]),
        )
        .item(),
    ).toBe(2);
    expect(linalg.cond(a, 1).item()).toBe(Number.POSITIVE_INFINITY);
  });

  it("powers, exponentials and Vandermonde matrices", () => {
    const m = sample(3, 3);
    expectClose(linalg.matrix_power(m, -2), linalg.inv(m).matmul(linalg.inv(m)));
    expectClose(linalg.matrix_exp(m.mul(0)), eye(3, { dtype: float64 }));
    expect(linalg.vander(tensor([2, 3]), { N: 3 }).tolist()).toEqual([
      [1, 2, 4],
      [1, 3, 9],
    ]);
  });

  it("multi_dot takes vectors at the ends", () => {
    const parts = [sample(4), sample(4, 5), sample(5, 3), sample(3)] as const;
    const want = parts[0].matmul(parts[1]).matmul(parts[2]).matmul(parts[3]);
    expectClose(linalg.multi_dot([...parts]), want);
  });
});

describe("errors", () => {
  const singular = zeros(2, 2);
  it.each<[string, () => unknown]>([
    [
      "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input matrix is singular.",
      () => linalg.inv(singular),
    ],
    ["linalg.inv: (Batch element 0): The diagonal element 1 is zero,", () => linalg.inv(singular.expand(3, 2, 2))],
    ["linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices", () => linalg.inv(zeros(2, 3))],
    ["linalg.inv: The input tensor A must have at least 2 dimensions.", () => linalg.inv(zeros(2))],
    [
      "linalg.inv: Expected a floating point or complex tensor as input. Got Long",
      () => linalg.inv(zeros(2, 2, { dtype: int64 })),
    ],
    ["linalg.inv: Low precision dtypes not supported. Got Half", () => linalg.inv(zeros(2, 2, { dtype: float16 }))],
    ["(the leading minor of order 1 is not positive-definite).", () => linalg.cholesky(eye(2).neg())],
    [
      "torch.linalg.solve: The solver failed because the input matrix is singular.",
      () => linalg.solve(singular, zeros(2)),
    ],
    [
      "linalg.solve: Incompatible shapes of A and B for the equation AX = B (2x2 and 3x3)",
      () => linalg.solve(eye(2), zeros(3, 3)),
    ],
    [
      "torch.linalg.lu_factor: U[1,1] is zero and using it on lu_solve would result in a division by zero.",
      () => linalg.lu_factor(singular),
    ],
    [
      "linalg.svd: The algorithm failed to converge because the input matrix contained non-finite values.",
      () => linalg.svd(full([2, 2], Number.NaN)),
    ],
    ["linalg.matrix_norm: Order 3 not supported.", () => linalg.matrix_norm(singular, 3)],
    ["Expected UPLO argument to be 'L' or 'U', but got x", () => linalg.eigh(eye(2), "x")],
    ["logdet: A must be batches of square matrices, but they are 2 by 3 matrices", () => torch.logdet(zeros(2, 3))],
    ["no dimension of size 3 in input", () => torch.cross(zeros(2), zeros(2))],
  ])("%s", (message, run) => {
    expect(run).toThrow(message);
  });

  it("singular matrices raise LinAlgError, unless codes are asked for", () => {
    expect(() => linalg.inv(singular)).toThrow(linalg.LinAlgError);
    const [result, info] = linalg.inv_ex(singular);
    expect(result.dtype).toBe(float32);
    expect(info.item()).toBe(1);
  });
});
