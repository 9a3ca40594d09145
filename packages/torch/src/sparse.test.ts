import { wasm } from "@tt/backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import * as torch from "./index.ts";

const int = (...values: number[]): torch.Tensor => torch.tensor(values, { dtype: torch.int64 });
const example = (): torch.Tensor =>
  torch.sparse_coo_tensor(
    [
      [0, 1, 1],
      [0, 1, 1],
    ],
    [1, 2, 3],
    [2, 2],
  );

describe("sparse_coo_tensor", () => {
  it("prints as PyTorch does", () => {
    expect(String(example())).toBe(
      "tensor(indices=tensor([[0, 1, 1],\n                       [0, 1, 1]]),\n       values=tensor([1., 2., 3.]),\n       size=(2, 2), nnz=3, layout=torch.sparse_coo)",
    );
    expect(String(torch.sparse_coo_tensor([2, 3]))).toContain("size=(2, 3), nnz=0, layout=torch.sparse_coo");
  });

  it("refuses parts that do not fit, in PyTorch's words", () => {
    expect(() => torch.sparse_coo_tensor([[0, 3]], [1, 2], [2])).toThrow(
      "size is inconsistent with indices: for dim 0, size is 2 but found index 3",
    );
    expect(() => torch.sparse_coo_tensor([[0, 1]], [1, 2, 3], [2])).toThrow(
      "indices and values must have same nnz, but got nnz from indices: 2, nnz from values: 3",
    );
    expect(() => torch.sparse_coo_tensor([[0, -1]], [1, 2], [2])).toThrow("found negative index -1 for dim 0");
    expect(() => example().indices()).toThrow(
      "Cannot get indices on an uncoalesced tensor, please call .coalesce() first",
    );
    expect(() => example().add(torch.ones(2, 2))).toThrow("Use add(dense, sparse) instead.");
    expect(() => example().exp()).toThrow("Could not run 'aten::exp' with arguments from the 'SparseCPU' backend");
    expect(() => torch.ones(2).coalesce()).toThrow("from the 'CPU' backend");
  });

  it("adds entries at the same place when coalesced or made dense", () => {
    const x = example().coalesce();
    expect([x.indices().tolist(), x.values().tolist(), x.is_coalesced()]).toEqual([
      [
        [0, 1],
        [0, 1],
      ],
      [1, 5],
      true,
    ]);
    expect([x.sparse_dim(), x.dense_dim(), x._nnz(), x.is_sparse, x.layout]).toEqual([
      2,
      0,
      2,
      true,
      "torch.sparse_coo",
    ]);
    expect(example().to_dense().tolist()).toEqual([
      [1, 0],
      [0, 5],
    ]);
    expect(torch.eye(2).reshape(2, 2, 1).to_sparse(1).dense_dim()).toBe(2);
  });

  it("adds, scales and multiplies", () => {
    const dense = torch.ones(2, 2);
    expect(dense.sub(example(), { alpha: 2 }).tolist()).toEqual([
      [-1, 1],
      [1, -9],
    ]);
    expect(dense.add_(example()).tolist()).toEqual([
      [2, 1],
      [1, 6],
    ]);
    expect(example().add(example()).div(2).to_dense().tolist()).toEqual([
      [1, 0],
      [0, 5],
    ]);
    expect(example().mul(example()).to_dense().tolist()).toEqual([
      [1, 0],
      [0, 25],
    ]);
    const shared = example();
    shared.detach().mul_(3);
    expect(shared.sum().item()).toBe(18);
    expect(torch.sparse.sum(example(), 0).to_dense().tolist()).toEqual([1, 5]);
    expect(torch.cat([example(), example()], 1).to_dense().shape).toEqual([2, 4]);
  });

  it("gives gradients to values, dense sources and both factors", () => {
    const values = torch.tensor([1, 2], { requires_grad: true });
    torch
      .sparse_coo_tensor([[0, 1]], values, [3])
      .to_dense()
      .pow(2)
      .sum()
      .backward();
    expect(values.grad!.tolist()).toEqual([2, 4]);
    const source = torch.eye(2).requires_grad_();
    const other = torch.tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requires_grad: true },
    );
    torch.sparse.mm(source.to_sparse(), other).sum().backward();
    expect(source.grad!.tolist()).toEqual([
      [3, 0],
      [0, 7],
    ]);
    expect(other.grad!.tolist()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});

describe.each(["cpu", "wasm"])("embeddings with sparse gradients on %s", (device) => {
  beforeAll(async () => {
    if (device === "wasm") await torch.use(wasm(), { default: false });
  });

  const table = (): torch.nn.Embedding => {
    torch.manual_seed(1);
    return new torch.nn.Embedding(50, 60, { sparse: true }).to(device);
  };
  const rows = (...places: number[]): torch.Tensor => int(...places).to(device);

  it("come as the rows that were read, and add up", () => {
    const embedding = table();
    embedding(rows(1, 3, 1))
      .sum()
      .backward();
    expect(embedding.weight.grad!._indices().tolist()).toEqual([[1, 3, 1]]);
    embedding(rows(4)).sum().backward();
    const grad = embedding.weight.grad!.coalesce();
    expect(grad.indices().tolist()).toEqual([[1, 3, 4]]);
    expect(grad.values().at(":", 0).tolist()).toEqual([2, 1, 1]);
    expect(grad.device.type).toBe(device);
  });

  it("leave other rows alone in SparseAdam, SGD and Adagrad", () => {
    const { optim } = torch;
    for (const make of [
      (p: Iterable<torch.Tensor>) => new optim.SparseAdam(p, { lr: 0.1 }),
      (p: Iterable<torch.Tensor>) => new optim.SGD(p, { lr: 0.1 }),
      (p: Iterable<torch.Tensor>) => new optim.Adagrad(p, { lr: 0.1 }),
    ]) {
      const embedding = table();
      const before = embedding.weight.detach().clone();
      const optimizer = make(embedding.parameters());
      for (let i = 0; i < 2; i++) {
        optimizer.zero_grad();
        embedding(rows(1, 3, 1))
          .sum()
          .backward();
        optimizer.step();
      }
      const moved = embedding.weight.detach().sub(before).abs().sum(1).cpu().gt(0).nonzero().reshape(-1);
      expect(moved.tolist()).toEqual([1, 3]);
    }
  });

  it("are clipped and unscaled like others", () => {
    const embedding = table();
    embedding(rows(1, 3)).mul(2).sum().backward();
    torch.nn.utils.clip_grad_norm_(embedding.parameters(), 1);
    expect(embedding.weight.grad!.norm().item()).toBeCloseTo(1, 4);
    const scaler = new torch.amp.GradScaler({ init_scale: 8 });
    const optimizer = new torch.optim.SGD(embedding.parameters(), { lr: 1 });
    optimizer.zero_grad({ set_to_none: true });
    scaler.scale(embedding(rows(2)).sum()).backward();
    scaler.unscale_(optimizer);
    expect(embedding.weight.grad!.to_dense().sum().item()).toBe(60);
  });
});

it("optimizers that need all rows say so", () => {
  const embedding = new torch.nn.Embedding(3, 2, { sparse: true });
  embedding(int(1)).sum().backward();
  expect(() => new torch.optim.AdamW(embedding.parameters()).step()).toThrow("AdamW does not support sparse gradients");
  const dense = new torch.nn.Linear(1, 1);
  dense(torch.ones(1, 1)).sum().backward();
  expect(() => new torch.optim.SparseAdam(dense.parameters()).step()).toThrow(
    "SparseAdam does not support dense gradients, please consider Adam instead",
  );
});
