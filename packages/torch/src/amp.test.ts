import { describe, expect, it, vi } from "vitest";
import * as torch from "./index.ts";

describe("autocast with gradients", () => {
  it("casts a weight once, and gives float32 gradients", () => {
    torch.manual_seed(0);
    const layer = new torch.nn.Linear(3, 2);
    const x = torch.rand(4, 3);
    const loss = torch.autocast("cpu", () => {
      const first = layer(x);
      const second = layer(first.matmul(layer.weight));
      expect(second.dtype).toBe(torch.bfloat16);
      // linear(x) -> weight.t() -> the cast: the same node for both uses.
      const casts = new Set<unknown>();
      const visit = (node: torch.Tensor["grad_fn"]): void => {
        if (node?.name() === "ToCopyBackward0" && node.next_functions[0]![0]?.name().endsWith("AccumulateGrad"))
          casts.add(node);
        node?.next_functions.forEach(([next]) => visit(next));
      };
      visit(second.grad_fn);
      expect(casts.size).toBe(2);
      return second.float().sum();
    });
    loss.backward();
    expect(layer.weight.grad!.dtype).toBe(torch.float32);
  });

  it("reaches the ops inside composites", () => {
    const attention = new torch.nn.MultiheadAttention(4, 2, { batch_first: true });
    const x = torch.rand(1, 3, 4);
    const [y] = torch.autocast("cpu", () => attention(x, x, x));
    expect(y.dtype).toBe(torch.bfloat16);
  });
});

it("torch.cuda.amp.autocast warns and leaves everything as it is, as PyTorch does without CUDA", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const x = torch.ones(2, 2);
  expect(torch.cuda.amp.autocast(() => x.mm(x)).dtype).toBe(torch.float32);
  expect(warn).toHaveBeenCalledOnce();
  expect(torch.cuda.amp.autocast({ enabled: false }, () => x.mm(x)).dtype).toBe(torch.float32);
  torch.autocast("cpu", () => {
    using _ = torch.cuda.amp.autocast(false);
    expect(x.mm(x).dtype).toBe(torch.bfloat16);
  });
  expect(warn).toHaveBeenCalledOnce();
  warn.mockRestore();
});
