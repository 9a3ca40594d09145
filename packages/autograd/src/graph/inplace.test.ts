import { inference_mode, no_grad, tensor, type Tensor, zeros } from "@tt/core";
import { describe, expect, it } from "vitest";
import { grad } from "../index.ts";

const leaf = (data: number[] | number[][]): Tensor => tensor(data, { requires_grad: true });

describe("in-place operations", () => {
  it("are refused on leaves that require grad and on views of them", () => {
    const x = leaf([1, 2]);
    expect(() => x.add_(1)).toThrow("a leaf Variable that requires grad is being used in an in-place operation.");
    expect(() => x.view(2, 1).mul_(2)).toThrow(
      "a view of a leaf Variable that requires grad is being used in an in-place operation.",
    );
    expect(x.tolist()).toEqual([1, 2]);
  });

  it("replace the history of what they overwrite", () => {
    const x = leaf([2]);
    const y = x.mul(3);
    y.mul_(x);
    expect(y.grad_fn!.name()).toBe("MulBackward0");
    y.sum().backward();
    expect(x.grad!.item()).toBe(12);
  });

  it("raise the version, which saved tensors are checked against", () => {
    const x = leaf([2]);
    const y = x.mul(1);
    const z = y.mul(y).sum();
    y.add_(1);
    expect(y._version).toBe(1);
    expect(() => z.backward()).toThrow(
      /modified by an inplace operation: \[torch\.FloatTensor \[1\]\], which is output 0 of AddBackward0, is at version 1; expected version 0 instead/,
    );
  });

  it("name the node that saved its own result, as it was before", () => {
    const y = leaf([1, 2]).exp();
    y.add_(1);
    expect(() => y.sum().backward()).toThrow(
      /\[torch\.FloatTensor \[2\]\], which is output 0 of ExpBackward0, is at version 1/,
    );
  });

  it("notice operands that they overwrite themselves", () => {
    const y = leaf([2]).mul(1);
    y.mul_(y);
    expect(() => y.sum().backward()).toThrow(/is at version 1; expected version 0 instead/);
  });

  it("on a view reach the base and its other views", () => {
    const w = leaf([10, 20]);
    const x = zeros(3);
    const [first, whole] = [x.narrow(0, 0, 2), x.view(3)];
    first.copy_(w);
    expect(x.requires_grad).toBe(true);
    expect(x.grad_fn!.name()).toBe("CopySlices");
    expect(whole.grad_fn!.name()).toBe("AsStridedBackward0");
    whole
      .mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    expect(w.grad!.tolist()).toEqual([1, 2]);
  });

  it("on a transposed view give the base the right gradient", () => {
    const w = leaf([
      [1, 2],
      [3, 4],
    ]);
    const y = w.mul(1);
    y.t().narrow(0, 0, 1).mul_(10);
    y.mul(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    )
      .sum()
      .backward();
    expect(w.grad!.tolist()).toEqual([
      [10, 2],
      [30, 4],
    ]);
  });

  it("refuse views made without grad mode and outputs of multi-view functions", () => {
    const x = leaf([1, 2]).mul(1);
    const view = no_grad(() => x.view(2));
    expect(() => view.mul_(2)).toThrow(/A view was created in no_grad mode/);
    const [row] = x.unbind(0);
    expect(() => row!.mul_(2)).toThrow(/This view is the output of a function that returns multiple views/);
  });

  it("without grad mode leave the history alone", () => {
    const x = leaf([1]);
    no_grad(() => x.add_(5));
    expect([x.item(), x.is_leaf, x._version]).toEqual([6, true, 1]);
  });

  it("have second derivatives", () => {
    const x = leaf([0.5, 1]);
    const y = x.mul(1);
    y.sin_();
    y.select(0, 0).mul_(y.select(0, 1).clone());
    const [g] = grad(y.sum(), x, { create_graph: true });
    const z = x.sin();
    const [want] = grad(z.at(0).mul(z.at(1)).add(z.at(1)), x, { create_graph: true });
    expect(g!.tolist()).toEqual(want!.tolist());
    expect(grad(g!.sum(), x)[0]!.tolist()).toEqual(grad(want!.sum(), x)[0]!.tolist());
  });

  it("are refused on inference tensors", () => {
    const x = inference_mode(() => tensor([1]));
    expect(() => x.add_(1)).toThrow(/Inplace update to inference tensor outside InferenceMode is not allowed/);
    expect(() => (x.requires_grad = true)).toThrow(/inference tensor/);
  });
});

describe("data and detach", () => {
  it("data shares memory but not the version", () => {
    const x = leaf([1, 2]);
    x.data.mul_(3);
    expect([x.tolist(), x._version]).toEqual([[3, 6], 0]);
  });

  it("detach shares memory and the version", () => {
    const x = leaf([1, 2]);
    x.detach().mul_(3);
    expect([x.tolist(), x._version, x.detach().requires_grad]).toEqual([[3, 6], 1, false]);
  });
});
