import { atleast_3d, broadcast_tensors, cat, column_stack, dstack, hstack, stack, type Tensor, vstack } from "@tt/core";
import { describe, expect, it } from "vitest";
import { checkGradients, values } from "./cases.ts";

describe("gradients of views and joins", () => {
  checkGradients([
    ["select", (x) => x.select(1, -1), [2, 3]],
    ["at with numbers, slices and null", (x) => x.at(1, "::2", null), [2, 3]],
    ["narrow", (x) => x.narrow(1, 1, 2), [2, 3]],
    ["unbind", (x) => x.unbind(1), [2, 3]],
    ["split", (x) => x.split(2, 1), [2, 3]],
    ["split of sizes", (x) => x.split([1, 2], 1), [2, 3]],
    ["chunk", (x) => x.chunk(2, 1), [2, 3]],
    ["tensor_split", (x) => x.tensor_split([1], 1), [2, 3]],
    ["diagonal", (x) => x.diagonal(1), [3, 3]],
    ["movedim", (x) => x.movedim([0], [2]), [2, 1, 3]],
    ["mT", (x) => x.mT, [2, 3]],
    ["unfold", (x) => x.unfold(1, 2, 1), [2, 4]],
    ["unflatten", (x) => x.unflatten(1, [2, -1]), [2, 4]],
    ["as_strided", (x) => x.as_strided([2, 2], [1, 1]), [3]],
    ["expand_as", (x, y) => x.expand_as(y), [1, 3], [2, 3]],
    ["broadcast_tensors", (x, y) => broadcast_tensors(x, y), [1, 3], [2, 1]],
    ["atleast_3d", (x) => atleast_3d(x), [3]],
    ["cat", (x, y) => cat([x, y], 1), [2, 3], [2, 1]],
    ["stack", (x, y) => stack([x, y], -1), [2, 3], [2, 3]],
    ["hstack", (x, y) => hstack([x, y]), [2], [1]],
    ["vstack", (x, y) => vstack([x, y]), [2], [3, 2]],
    ["dstack", (x, y) => dstack([x, y]), [2, 2], [2, 2]],
    ["column_stack", (x, y) => column_stack([x, y]), [2], [2, 2]],
  ]);

  it("names the nodes as PyTorch does", () => {
    const x = values([2, 3]);
    const names: [Tensor, string][] = [
      [x.at(0), "SelectBackward0"],
      [x.at("1:"), "SliceBackward0"],
      [x.at(null), "UnsqueezeBackward0"],
      [x.at(":"), "AliasBackward0"],
      [x.at([0, 1]), "IndexBackward0"],
      [x.T, "PermuteBackward0"],
      [x.split(1)[0]!, "SplitBackward0"],
      [x.unbind()[0]!, "UnbindBackward0"],
    ];
    for (const [result, name] of names) expect(result.grad_fn!.name()).toBe(name);
  });
});

describe("in-place views", () => {
  it("change the tensor's own layout and keep its history", () => {
    const x = values([2, 3]);
    const y = x.mul(2);
    expect(y.transpose_(0, 1)).toBe(y);
    expect([y.shape, y.strides, y._version]).toEqual([[3, 2], [1, 3], 1]);
    y.mul(values([3, 2], 1).detach())
      .sum()
      .backward();
    expect(x.grad!.tolist()).toEqual(values([3, 2], 1).detach().t().mul(2).tolist());
  });

  it("are refused on leaves that require grad", () => {
    expect(() => values([2, 1]).squeeze_()).toThrow(
      "a leaf Variable that requires grad is being used in an in-place operation.",
    );
  });
});

describe("setitem", () => {
  it("sends gradients to what was written and to what remained", () => {
    const x = values([3]);
    const v = values([2], 1);
    const y = x.mul(1);
    y.setitem(["1:"], v.mul(3));
    y.mul(2).sum().backward();
    expect(x.grad!.tolist()).toEqual([2, 0, 0]);
    expect(v.grad!.tolist()).toEqual([6, 6]);
  });

  it("does so through index tensors", () => {
    const x = values([2, 2]);
    const v = values([2], 1);
    const y = x.mul(1);
    y.setitem(
      [
        [0, 1],
        [1, 0],
      ],
      v,
    );
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(v.grad!.tolist()).toEqual([1, 1]);
  });
});
