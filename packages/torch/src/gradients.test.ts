import { describe, expect, it } from "vitest";
import * as torch from "./index.ts";

type Tensor = torch.Tensor;
type Fn = (...inputs: Tensor[]) => Tensor | Tensor[];
const { gradcheck, gradgradcheck } = torch.autograd;
const F = torch.nn.functional;
const { linalg } = torch;
const f64 = { dtype: torch.float64 } as const;
const int = (...values: number[]): Tensor => torch.tensor(values, { dtype: torch.int64 });

let seed = 0;
/** Numbers without ties, of about unit size. */
function leaf(...shape: number[]): Tensor {
  torch.manual_seed(seed++);
  return torch.randn(shape, f64);
}
const positive = (...shape: number[]): Tensor =>
  leaf(...shape)
    .abs()
    .add(0.5);
const complexLeaf = (...shape: number[]): Tensor => torch.complex(leaf(...shape), leaf(...shape));
const definite = (a: Tensor): Tensor => a.matmul(a.mT).add(torch.eye(a.shape.at(-1)!, f64));
const symmetric = (a: Tensor): Tensor => a.add(a.mT);

/** Operations that need arguments of their own kind: what is differentiated, and the points where. */
const CASES: Readonly<Record<string, readonly [fn: Fn, ...inputs: Tensor[]]>> = {
  addr: [(a, b, c) => torch.addr(a, b, c, { beta: 0.5, alpha: 2 }), leaf(2, 3), leaf(2), leaf(3)],
  "scatter_reduce sum": [(a, b) => a.scatter_reduce(0, int(0, 1, 1), b, "sum"), leaf(3), leaf(3)],
  "scatter_reduce mean": [(a, b) => a.scatter_reduce(0, int(0, 1, 1), b, "mean"), leaf(3), leaf(3)],
  "scatter_reduce prod": [(a, b) => a.scatter_reduce(0, int(0, 1, 1), b, "prod"), positive(3), positive(3)],
  "scatter_reduce amax": [(a, b) => a.scatter_reduce(0, int(0, 1, 1), b, "amax"), leaf(3), leaf(3)],
  "index_reduce mean": [(a, b) => a.index_reduce(0, int(0, 1, 1), b, "mean"), leaf(3, 2), leaf(3, 2)],
  "index_reduce prod": [(a, b) => a.index_reduce(0, int(0, 1, 1), b, "prod"), positive(3, 2), positive(3, 2)],
  "index_reduce amin": [(a, b) => a.index_reduce(0, int(0, 1, 1), b, "amin"), leaf(3, 2), leaf(3, 2)],
  as_strided_scatter: [(a, b) => torch.as_strided_scatter(a, b, [2, 2], [3, 1], 1), leaf(3, 3), leaf(2, 2)],
  "diagonal, select and slice": [(a) => [a.diagonal(1), a.select(1, 2), a.narrow(0, 1, 2)], leaf(3, 4)],
  "div with rounding": [(a, b) => a.div(b, { rounding_mode: "trunc" }).add(a), positive(3), positive(3)],
  view_as_real: [(a) => torch.view_as_real(a), complexLeaf(3)],
  view_as_complex: [(a) => torch.view_as_complex(a), leaf(3, 2)],
  "complex product": [(a, b) => a.matmul(b).mul(a.conj()).abs(), complexLeaf(2, 2), complexLeaf(2, 2)],
  to: [(a) => a.to(torch.complex128).mul(2), leaf(3)],
  eigh: [(a) => linalg.eigh(symmetric(a))[0], leaf(3, 3)],
  "eigh, vectors": [(a) => linalg.eigh(symmetric(a))[1].abs(), leaf(3, 3)],
  svd: [(a) => torch.svd(a).map((t, i) => (i === 1 ? t : t.abs())), leaf(4, 3)],
  eig: [(a) => linalg.eigvals(definite(a)).abs().sum(), leaf(3, 3)],
  qr: [(a) => [...linalg.qr(a)].map((t) => t.abs()), leaf(4, 3)],
  householder_product: [(a, tau) => linalg.householder_product(a, tau), leaf(4, 2), leaf(2)],
  pinv: [(a) => linalg.pinv(a), leaf(3, 2)],
  lstsq: [(a, b) => linalg.lstsq(a, b)[0], leaf(4, 2), leaf(4, 2)],
  cholesky: [(a) => linalg.cholesky(definite(a)), leaf(3, 3)],
  cholesky_inverse: [(a) => torch.cholesky_inverse(linalg.cholesky(definite(a))), leaf(3, 3)],
  cholesky_solve: [(a, b) => torch.cholesky_solve(b, linalg.cholesky(definite(a))), leaf(3, 3), leaf(3, 2)],
  "inverse and determinants": [(a) => [linalg.inv(definite(a)), linalg.det(a), linalg.slogdet(a)[1]], leaf(3, 3)],
  "solve and triangular": [
    (a, b) => [
      linalg.solve(definite(a), b),
      linalg.solve_triangular(linalg.cholesky(definite(a)), b, { upper: false }),
    ],
    leaf(3, 3),
    leaf(3, 2),
  ],
  "lu and matrix_exp": [(a) => [...linalg.lu(a).slice(1), torch.matrix_exp(a)], leaf(3, 3)],
  "fft of complex": [(a) => torch.view_as_real(torch.fft.fft(a)), complexLeaf(4)],
  "fft of real": [(a) => torch.view_as_real(torch.fft.rfft(a)), leaf(5)],
  irfft: [(a) => torch.fft.irfft(a, 5), complexLeaf(3)],
  ctc_loss: [
    (x) =>
      F.ctc_loss(
        x.log_softmax(2),
        torch.tensor(
          [
            [1, 2],
            [2, 2],
          ],
          { dtype: torch.int64 },
        ),
        int(5, 4),
        int(2, 1),
      ),
    leaf(5, 2, 3),
  ],
  multi_margin_loss: [(x) => F.multi_margin_loss(x, int(1, 0), { p: 2 }), leaf(2, 3)],
  multilabel_margin_loss: [
    (x) =>
      F.multilabel_margin_loss(
        x,
        torch.tensor(
          [
            [1, -1, 0],
            [2, 0, -1],
          ],
          { dtype: torch.int64 },
        ),
      ),
    leaf(2, 3),
  ],
  nll_loss: [(x) => F.nll_loss(x.log_softmax(1), int(1, 0)), leaf(2, 3)],
  cross_entropy: [(x, y) => F.cross_entropy(x, y.softmax(1), { label_smoothing: 0.1 }), leaf(2, 3), leaf(2, 3)],
  soft_margin_loss: [(x) => F.soft_margin_loss(x, torch.tensor([1, -1, 1], f64)), leaf(3)],
  glu: [(x) => F.glu(x), leaf(2, 4)],
  gelu: [(x) => [F.gelu(x), F.gelu(x, { approximate: "tanh" })], leaf(4)],
  fractional_max_pool2d: [
    (x) => F.fractional_max_pool2d(x, 2, { output_size: 2, _random_samples: torch.full([1, 1, 2], 0.3, f64) }),
    leaf(1, 1, 4, 4),
  ],
  fractional_max_pool3d: [
    (x) => F.fractional_max_pool3d(x, 2, { output_size: 2, _random_samples: torch.full([1, 1, 3], 0.3, f64) }),
    leaf(1, 1, 4, 4, 4),
  ],
  adaptive_max_pool3d: [(x) => F.adaptive_max_pool3d(x, 2), leaf(1, 1, 3, 3, 3)],
  max_unpool2d: [
    (x) => {
      const [y, at] = F.max_pool2d(x, 2, { return_indices: true });
      return F.max_unpool2d(y, at, 2);
    },
    leaf(1, 1, 4, 4),
  ],
  max_unpool3d: [
    (x) => {
      const [y, at] = F.max_pool3d(x, 2, { return_indices: true });
      return F.max_unpool3d(y, at, 2);
    },
    leaf(1, 1, 2, 2, 4),
  ],
  ...Object.fromEntries(
    ["bilinear", "nearest", "bicubic"].map((mode) => [
      `grid_sample ${mode}`,
      [
        (x: Tensor, g: Tensor) => F.grid_sample(x, g.tanh(), { mode, align_corners: false }),
        leaf(1, 1, 3, 3),
        leaf(1, 2, 2, 2),
      ],
    ]),
  ),
  ...Object.fromEntries(
    ["reflect", "replicate", "circular"].map((mode) => [
      `pad ${mode}`,
      [(x: Tensor) => F.pad(x, [1, 2], mode), leaf(1, 2, 4)],
    ]),
  ),
  ...Object.fromEntries(
    (
      [
        ["nearest", 1],
        ["linear", 1],
        ["bilinear", 2],
        ["bicubic", 2],
        ["trilinear", 3],
        ["area", 2],
      ] as const
    ).map(([mode, rank]) => [
      `interpolate ${mode}`,
      [(x: Tensor) => F.interpolate(x, { scale_factor: 1.5, mode }), leaf(1, 1, ...[3, 2, 2].slice(0, rank))],
    ]),
  ),
  "fold and unfold": [(x) => F.fold(F.unfold(x, 2), [3, 3], 2), leaf(1, 1, 3, 3)],
  scaled_dot_product_attention: [
    (q, k, v) => F.scaled_dot_product_attention(q, k, v),
    leaf(1, 2, 3),
    leaf(1, 2, 3),
    leaf(1, 2, 3),
  ],
  lstm: [
    (x, h, c, w, u) => {
      const [out, hn, cn] = torch.lstm(x, [h, c], [w, u], false, 1, 0, false, false, false);
      return [out, hn, cn];
    },
    leaf(2, 1, 2),
    leaf(1, 1, 2),
    leaf(1, 1, 2),
    leaf(8, 2),
    leaf(8, 2),
  ],
  gru: [
    (x, h, w, u) => [...torch.gru(x, h, [w, u], false, 1, 0, false, false, false)],
    leaf(2, 1, 2),
    leaf(1, 1, 2),
    leaf(6, 2),
    leaf(6, 2),
  ],
  "sparse: coordinates": [
    (v) =>
      torch
        .sparse_coo_tensor(
          [
            [0, 1, 1],
            [1, 0, 0],
          ],
          v,
          [2, 2],
        )
        .coalesce()
        .to_dense(),
    leaf(3),
  ],
  "sparse: sum": [
    (v) =>
      torch.sparse
        .sum(
          torch.sparse_coo_tensor(
            [
              [0, 1],
              [1, 0],
            ],
            v,
            [2, 2],
          ),
          0,
        )
        .to_dense(),
    leaf(2),
  ],
  "sparse: from dense": [(a) => a.to_sparse().values().mul(2), leaf(2, 2)],
  "sparse: mask": [(a) => a.sparse_mask(torch.eye(2, f64).to_sparse().coalesce()).to_dense(), leaf(2, 2)],
  "sparse: compressed": [(v) => torch.sparse_csr_tensor([0, 1, 2], [1, 0], v).to_dense(), leaf(2)],
};

/** The same numbers with gaps between them. */
function scattered(tensor: Tensor): Tensor {
  return torch
    .stack([torch.zeros_like(tensor), tensor], -1)
    .select(-1, 1)
    .detach();
}

/** Their backward passes are kernels of their own, or PyTorch's have no second derivative either. */
const ONCE =
  /^(ctc_loss|multilabel_margin_loss|grid_sample|eig$|lstsq|sparse: (sum|from|mask|compressed|coord)|scatter_reduce prod|index_reduce prod|cross_entropy)/;

describe.each([false, true])("gradients of both orders, non-contiguous inputs: %s", (strided) => {
  it.each(Object.entries(CASES))("%s", (name, [fn, ...points]) => {
    // It takes pairs that lie side by side only.
    if (strided && name === "view_as_complex") return;
    const inputs = points.map((point) => (strided ? scattered(point) : point.detach().clone()).requires_grad_());
    expect(gradcheck(fn, inputs, { atol: 1e-4, rtol: 1e-3 })).toBe(true);
    if (!strided && !ONCE.test(name)) expect(gradgradcheck(fn, inputs, null, { atol: 1e-3, rtol: 1e-3 })).toBe(true);
  });
});
