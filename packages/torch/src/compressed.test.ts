import { describe, expect, it } from "vitest";
import * as torch from "./index.ts";

const x = (): torch.Tensor =>
  torch.tensor([
    [0, 1, 0],
    [2, 0, 3],
  ]);

describe("compressed sparse tensors", () => {
  it("print as PyTorch's", () => {
    expect(String(x().to_sparse_csr())).toBe(
      "tensor(crow_indices=tensor([0, 1, 3]),\n       col_indices=tensor([1, 0, 2]),\n       values=tensor([1., 2., 3.]), size=(2, 3), nnz=3,\n       layout=torch.sparse_csr)",
    );
    expect(String(x().to_sparse_csc())).toBe(
      "tensor(ccol_indices=tensor([0, 1, 2, 3]),\n       row_indices=tensor([1, 0, 1]),\n       values=tensor([2., 1., 3.]), size=(2, 3), nnz=3,\n       layout=torch.sparse_csc)",
    );
    expect(String(x().to_sparse_bsr([1, 3]))).toBe(
      "tensor(crow_indices=tensor([0, 1, 2]),\n       col_indices=tensor([0, 0]),\n       values=tensor([[[0., 1., 0.]],\n\n                      [[2., 0., 3.]]]), size=(2, 3), nnz=2,\n       layout=torch.sparse_bsr)",
    );
  });

  it("come back from every form, in batches and with dense dimensions", () => {
    torch.manual_seed(0);
    const m = torch.randn(4, 6).masked_fill(torch.rand(4, 6).gt(0.5), 0);
    for (const y of [m.to_sparse_csr(), m.to_sparse_csc(), m.to_sparse_bsr([2, 3]), m.to_sparse_bsc([2, 2])]) {
      expect(y.to_dense().tolist()).toEqual(m.tolist());
      expect(y.to_sparse().to_dense().tolist()).toEqual(m.tolist());
      expect(y.to_sparse_csr().to_dense().tolist()).toEqual(m.tolist());
      expect(y.t().to_dense().tolist()).toEqual(m.t().tolist());
      expect(y.matmul(torch.ones(6, 2)).tolist()).toEqual(m.to_sparse().matmul(torch.ones(6, 2)).tolist());
    }
    const batch = torch.eye(3).expand(2, 3, 3);
    const y = batch.to_sparse_csr();
    expect([y.crow_indices().shape, y.values().shape, y.layout]).toEqual([[2, 4], [2, 3], "torch.sparse_csr"]);
    expect(y.to_dense().tolist()).toEqual(batch.tolist());
    const dense = torch.arange(8).reshape(2, 2, 2).to_sparse_csr(1);
    expect([dense.dense_dim(), dense.values().shape]).toEqual([1, [4, 2]]);
    expect(dense.to_dense().tolist()).toEqual(torch.arange(8).reshape(2, 2, 2).tolist());
    expect(() => torch.tensor([[[1, 0]], [[1, 1]]]).to_sparse_csr()).toThrow("Expect the same number of specified");
    expect(x().to_sparse({ layout: torch.sparse_bsr, blocksize: [2, 1] }).layout).toBe("torch.sparse_bsr");
  });

  it("are made of parts that are checked in PyTorch's words", () => {
    const y = torch.sparse_csr_tensor([0, 1, 3], [1, 0, 2], [1, 2, 3]);
    expect([y.shape, y._nnz(), y.is_sparse, y.is_sparse_csr, y.sparse_dim()]).toEqual([[2, 3], 3, false, true, 2]);
    expect(
      torch
        .sparse_bsr_tensor(
          [0, 1],
          [0],
          [
            [
              [1, 2],
              [3, 4],
            ],
          ],
        )
        .to_dense()
        .tolist(),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(() => torch.sparse_csr_tensor([0, 1, 4], [1, 0, 2], [1, 2, 3])).toThrow(
      "`crow_indices[..., -1] == nnz` is not satisfied.",
    );
    expect(() => torch.sparse_csr_tensor([0, 1, 3], [1, 2, 0], [1, 2, 3], [2, 3])).toThrow("are sorted and distinct");
    expect(() =>
      torch.sparse_compressed_tensor([0, 1, 3], [1, 0, 2], [1, 2, 3], [2, 3], { layout: torch.sparse_csc }),
    ).toThrow("ccol_indices.shape[-1] must be equal to the number of columns + 1 (=4), but got 3");
    expect(() => y.ccol_indices()).toThrow(
      '"ccol_indices" expected sparse column compressed tensor layout but got SparseCsr',
    );
    expect(() => y.numpy()).toThrow("can't convert SparseCsr layout tensor to numpy");
  });

  it("compute on their entries", () => {
    const y = x().to_sparse_csr();
    expect(y.add(y).mul(2).neg().values().tolist()).toEqual([-4, -8, -12]);
    expect(y.sub(x().mul(2).t().to_sparse_csc().t()).values().tolist()).toEqual([-1, -2, -3]);
    expect(y.add(torch.eye(2, 3).to_sparse_csr()).to_dense().tolist()).toEqual(x().add(torch.eye(2, 3)).tolist());
    expect(y.mul(y).layout).toBe("torch.sparse_csr");
    expect([y.sum().item(), y.double().dtype, y.clone().values().tolist()]).toEqual([6, torch.float64, [1, 2, 3]]);
    expect(y.mul_(2).values().tolist()).toEqual([2, 4, 6]);
    expect(torch.crow_indices_copy(y).tolist()).toEqual([0, 1, 3]);
    expect(torch.values_copy(y).tolist()).toEqual([2, 4, 6]);
    expect(torch.ones(2, 3).add(y).tolist()).toEqual(torch.ones(2, 3).add(y.to_dense()).tolist());
  });

  it("have gradients of their own form", () => {
    const y = torch.sparse_csr_tensor([0, 1, 3], [1, 0, 2], [1, 2, 3], { requires_grad: true });
    y.to_dense().mul(torch.arange(6).reshape(2, 3)).sum().backward();
    expect([y.grad!.layout, y.grad!.values().tolist()]).toEqual(["torch.sparse_csr", [1, 3, 5]]);
    const values = torch.tensor([1, 2, 3], { requires_grad: true });
    const z = torch.sparse_csc_tensor([0, 1, 2, 3], [1, 0, 1], values);
    z.to_sparse_bsr([2, 1]).to_dense().mul(x()).sum().backward();
    expect(values.grad!.tolist()).toEqual([2, 1, 3]);
  });
});

describe("products with sparse results", () => {
  const coo = (): torch.Tensor => x().to_sparse();

  it("smm, hspmm and sspaddmm keep PyTorch's entries", () => {
    const smm = torch.smm(coo(), torch.ones(3, 2));
    expect([smm._indices().tolist(), smm._values().tolist()]).toEqual([
      [
        [0, 0, 1, 1],
        [0, 1, 0, 1],
      ],
      [1, 1, 5, 5],
    ]);
    const hybrid = torch.hspmm(coo(), torch.ones(3, 2));
    expect([hybrid._indices().tolist(), hybrid.values().tolist()]).toEqual([
      [[0, 1]],
      [
        [1, 1],
        [5, 5],
      ],
    ]);
    const sum = torch.sspaddmm(torch.eye(2).to_sparse(), coo(), torch.ones(3, 2));
    expect([sum._indices().tolist(), sum._values().tolist()]).toEqual([
      [
        [0, 1, 0, 0, 1, 1],
        [0, 1, 0, 1, 0, 1],
      ],
      [1, 1, 1, 1, 5, 5],
    ]);
    expect(() => torch.saddmm(torch.ones(2, 2), torch.ones(2, 3), torch.ones(3, 2))).toThrow(
      "tensor.sspaddmm(...) can only be called on sparse tensors",
    );
    expect(torch.native_norm(coo()).item()).toBeCloseTo(14 ** 0.5, 5);
  });

  it("sizes change in place", () => {
    const y = coo();
    y.sparse_resize_([3, 4], 2, 0);
    expect([y.shape, y.to_dense().shape, y._nnz()]).toEqual([[3, 4], [3, 4], 3]);
    expect(() => y.sparse_resize_([2, 4], 2, 0)).toThrow("shrinking the size of sparse");
    y.sparse_resize_and_clear_([3, 4, 2], 2, 1);
    expect([y.shape, y._nnz(), y.dense_dim(), y.to_dense().sum().item()]).toEqual([[3, 4, 2], 0, 1, 0]);
    expect(torch.resize_as_sparse_(coo(), torch.zeros(3, 3).to_sparse()).to_dense().tolist()).toEqual([
      [0, 1, 0],
      [2, 0, 3],
      [0, 0, 0],
    ]);
  });
});
