import { describe, expect, it } from "vitest";
import {
  arange,
  broadcast_shapes,
  broadcast_to,
  chunk,
  float32,
  hsplit,
  int32,
  movedim,
  RuntimeError,
  split,
  tensor,
  type Tensor,
  tensor_split,
  transpose_copy,
  zeros,
} from "../../index.ts";

const x = arange(12).reshape(3, 4);
const shapes = (parts: readonly Tensor[]): (readonly number[])[] => parts.map((p) => p.shape);

describe("views", () => {
  it("share memory and version with what they see", () => {
    const base = zeros(3, 4);
    for (const view of [base.select(0, 1), base.T, base.mT, base.diagonal(), base.unfold(1, 2, 2), base.split(2)[0]!]) {
      expect(view.storage === base.storage).toBe(true);
      const before = base._version;
      view.add_(1);
      expect(base._version).toBe(before + 1);
    }
    expect(transpose_copy(base, 0, 1).storage === base.storage).toBe(false);
  });

  it("split into pieces of a size, of sizes, at indices and into numbers of pieces", () => {
    expect(shapes(split(x, 2))).toEqual([
      [2, 4],
      [1, 4],
    ]);
    expect(shapes(split(x, [1, 3], 1))).toEqual([
      [3, 1],
      [3, 3],
    ]);
    expect(shapes(chunk(x, 3, 1))).toEqual([
      [3, 2],
      [3, 2],
    ]);
    expect(shapes(tensor_split(x, 3, 1))).toEqual([
      [3, 2],
      [3, 1],
      [3, 1],
    ]);
    expect(shapes(tensor_split(x, [1, 3], 1))).toEqual([
      [3, 1],
      [3, 2],
      [3, 1],
    ]);
    expect(shapes(hsplit(x, 2))).toEqual([
      [3, 2],
      [3, 2],
    ]);
  });

  it("move dimensions", () => {
    const y = zeros(2, 3, 4);
    expect(movedim(y, 0, -1).shape).toEqual([3, 4, 2]);
    expect(y.movedim([0, 1], [2, 0]).shape).toEqual([3, 4, 2]);
    expect([y.T.shape, y.mT.shape, y.mH.shape]).toEqual([
      [4, 3, 2],
      [2, 4, 3],
      [2, 4, 3],
    ]);
  });

  it("read the same bytes as another dtype", () => {
    const bits = tensor([1, -2]).view(int32);
    expect(bits.tolist()).toEqual([0x3f800000, -0x40000000]);
    expect(bits.view(float32).tolist()).toEqual([1, -2]);
    expect(() => zeros(3).view(tensor([1n]).dtype)).toThrow(
      "self.size(-1) must be divisible by 2 to view Float as Long",
    );
  });

  it("change the tensor itself in their in-place forms", () => {
    const y = arange(6).reshape(2, 3);
    const memory = y.storage;
    expect(y.t_().shape).toEqual([3, 2]);
    expect(y.unsqueeze_(0).squeeze_(0).transpose_(0, 1).tolist()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(y.swapaxes_(0, 1).storage === memory).toBe(true);
    expect(y._version).toBe(5);
  });

  it("broadcast shapes", () => {
    expect(broadcast_shapes([2, 1], 3, [])).toEqual([2, 3]);
    expect(broadcast_to(tensor([1, 2]), [2, 2]).strides).toEqual([0, 1]);
    expect(() => broadcast_shapes([2], [3])).toThrow("Shape mismatch: objects cannot be broadcast to a single shape");
  });

  it.each<[() => unknown, string]>([
    [() => x.select(0, 3), "select(): index 3 out of range for tensor of size [3, 4] at dimension 0"],
    [() => x.narrow(1, 2, 3), "start (2) + length (3) exceeds dimension size (4)."],
    [() => x.split(0), "split_size can only be 0 if dimension size is 0, but got dimension size of 3"],
    [
      () => x.split([1, 1]),
      "split_with_sizes expects split_sizes to sum exactly to 3 (input tensor's size at dimension 0), but got split_sizes=[1, 1]",
    ],
    [() => x.chunk(0), "chunk expects `chunks` to be greater than 0, got: 0"],
    [() => x.diagonal(0, 1, 1), "diagonal dimensions cannot be identical 1, 1"],
    [() => x.unfold(0, 5, 1), "maximum size for tensor at dimension 0 is 3 but size is 5"],
    [() => arange(3).mT, "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."],
    [
      () => x.unflatten(1, [3, 2]),
      "unflatten: Provided sizes [3, 2] don't multiply up to the size of dim 1 (4) in the input tensor",
    ],
  ])("throws as PyTorch does: %s", (fn, message) => {
    expect(fn).toThrow(message);
  });
});

describe("what a tensor tells about itself", () => {
  it("is its layout", () => {
    const y = x.t();
    expect([y.size(), y.size(-1), y.stride(), y.stride(0)]).toEqual([[4, 3], 3, [1, 4], 1]);
    expect([y.is_contiguous(), x.is_contiguous(), y.nelement(), y.ndimension()]).toEqual([false, true, 12, 2]);
    expect([x.element_size(), x.nbytes, x.at(1).storage_offset(), x.length]).toEqual([8, 96, 4, 3]);
    expect(x.at(1).data_ptr() - x.data_ptr()).toBe(32);
    expect(x.type()).toBe("torch.LongTensor");
    expect(zeros(1, 2, 3, 4).is_contiguous({ memory_format: "channels_last" })).toBe(false);
  });

  it("can be grown", () => {
    const y = tensor([1, 2]);
    expect(y.resize_(3, 2).shape).toEqual([3, 2]);
    expect(y.reshape(-1).at(":2").tolist()).toEqual([1, 2]);
    expect(() => zeros(2).resize_(-1)).toThrow(RuntimeError);
  });
});
