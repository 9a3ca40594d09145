import { describe, expect, it } from "vitest";
import { arange, bool, float64, IndexError, int64, tensor, type Tensor, ValueError, zeros } from "../index.ts";

const x = arange(24).reshape(2, 3, 4);
/** What Python's slice gives of a list. */
function sliced(list: readonly number[], start: number | null, end: number | null, step: number): number[] {
  const clamp = (i: number): number => Math.min(Math.max(i < 0 ? i + list.length : i, 0), list.length);
  const out: number[] = [];
  for (let i = clamp(start ?? 0); i < clamp(end ?? list.length); i += step) out.push(list[i]!);
  return out;
}

describe("at", () => {
  it("slices as Python does, for every start, end and step", () => {
    const list = [0, 1, 2, 3, 4];
    const v = arange(5);
    const bounds = [null, -7, -5, -2, -1, 0, 1, 3, 5, 7];
    for (const start of bounds) {
      for (const end of bounds) {
        for (const step of [1, 2, 3]) {
          const text = `${start ?? ""}:${end ?? ""}${step === 1 ? "" : `:${step}`}`;
          expect([text, ...v.at(text).tolist()]).toEqual([text, ...sliced(list, start, end, step)]);
        }
      }
    }
  });

  it("takes numbers, slices, ... and null as views of the same memory", () => {
    expect(x.at(1, -1, 0).item()).toBe(20);
    expect(x.at("...", "1:3").shape).toEqual([2, 3, 2]);
    expect(x.at(0, null, "...", null).shape).toEqual([1, 3, 4, 1]);
    expect(x.at("::2", 1).strides).toEqual([24, 1]);
    const y = zeros(2, 2);
    y.at("...", 0).fill_(1);
    expect(y.tolist()).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(y.at() === y).toBe(false);
  });

  it("puts index lists where they stood, or in front when apart", () => {
    expect(x.at([1, 0]).shape).toEqual([2, 3, 4]);
    expect(x.at(":", [0, 2], [3, 1]).tolist()).toEqual([
      [3, 9],
      [15, 21],
    ]);
    expect(x.at([0, 1], ":", [3, 0]).tolist()).toEqual([
      [3, 7, 11],
      [12, 16, 20],
    ]);
    expect(
      x.at(0, ":", [
        [0, 1],
        [2, 3],
      ]).shape,
    ).toEqual([3, 2, 2]);
    expect(x.at([[0, 1]], [[2], [0]]).shape).toEqual([2, 2, 4]);
  });

  it("selects by masks, which count for as many dimensions as they have", () => {
    const mask = x.at(":", ":", 0).gt(7);
    expect(x.at(mask).shape).toEqual([4, 4]);
    expect(x.at(mask, "1:3").tolist()).toEqual([
      [9, 10],
      [13, 14],
      [17, 18],
      [21, 22],
    ]);
    expect(x.at(x.gt(21)).tolist()).toEqual([22, 23]);
    expect(x.at([true, false]).shape).toEqual([1, 3, 4]);
    expect(x.at(true).shape).toEqual([1, 2, 3, 4]);
    expect(x.at(0, false).shape).toEqual([0, 3, 4]);
    expect(tensor(3).at(tensor(true)).tolist()).toEqual([3]);
  });

  it("reads a 0-d tensor of an integer as a number", () => {
    expect(x.at(tensor(1n)).shape).toEqual([3, 4]);
    expect(x.at(tensor(1n))._version).toBe(x._version);
  });

  it.each<[() => Tensor, typeof IndexError | typeof ValueError, string]>([
    [() => x.at(2), IndexError, "index 2 is out of bounds for dimension 0 with size 2"],
    [() => x.at(0, 0, 0, 0), IndexError, "too many indices for tensor of dimension 3"],
    [() => x.at([5]), IndexError, "index 5 is out of bounds for dimension 0 with size 2"],
    [() => x.at(1.5), IndexError, "valid indices (got float)"],
    [() => x.at("a"), IndexError, "valid indices (got str)"],
    [() => x.at("::-1"), ValueError, "step must be greater than zero"],
    [() => tensor(1).at(0), IndexError, "invalid index of a 0-dim tensor"],
    [() => x.at(tensor([0.5])), IndexError, "tensors used as indices must be"],
    [() => x.at([0, 1], [0, 1, 2]), IndexError, "could not be broadcast together with shapes [2], [3]"],
    [
      () => x.at(tensor([true, false, true])),
      IndexError,
      "The shape of the mask [3] at index 0 does not match the shape of the indexed tensor [2, 3, 4] at index 0",
    ],
  ])("throws as PyTorch does: %s", (fn, kind, message) => {
    expect(fn).toThrow(kind);
    expect(fn).toThrow(message);
  });
});

describe("setitem", () => {
  it("writes numbers and broadcast tensors through views", () => {
    const y = zeros(2, 3);
    y.setitem([0, "1:"], 5).setitem([1], tensor([[1, 2, 3]]));
    expect(y.tolist()).toEqual([
      [0, 5, 5],
      [1, 2, 3],
    ]);
    y.setitem("...", tensor(7));
    expect(y.sum().item()).toBe(42);
  });

  it("writes at index lists and masks", () => {
    const y = zeros(2, 3);
    y.setitem(
      [
        [0, 1],
        [2, 0],
      ],
      tensor([1, 2]),
    );
    expect(y.tolist()).toEqual([
      [0, 0, 1],
      [2, 0, 0],
    ]);
    y.setitem(y.eq(0), -1);
    expect(y.tolist()).toEqual([
      [-1, -1, 1],
      [2, -1, -1],
    ]);
    const z = tensor([false, false, false]);
    z.setitem([[2]], true);
    expect([z.dtype, z.tolist()]).toEqual([bool, [false, false, true]]);
  });

  it("raises the version", () => {
    const y = zeros(2);
    y.setitem([0], 1);
    expect(y._version).toBe(1);
  });

  it("throws when shapes or dtypes do not fit", () => {
    const y = zeros(2, 3);
    expect(() => y.setitem([0], [1, 2, 3] as never)).toThrow("can't assign a list to a torch.FloatTensor");
    expect(() => y.setitem([0], tensor([1, 2]))).toThrow(/The expanded size|must match/);
    expect(() => y.setitem([[0]], tensor([[1]], { dtype: float64 }))).toThrow(
      "Index put requires the source and destination dtypes match, got Float for the destination and Double for the source.",
    );
    expect(
      y
        .setitem([[0]], tensor([1, 2, 3]).to(y.dtype))
        .at(0)
        .tolist(),
    ).toEqual([1, 2, 3]);
    expect(
      arange(3)
        .setitem([[1]], 9)
        .tolist(),
    ).toEqual([0, 9, 2]);
    expect(arange(3).dtype).toBe(int64);
  });
});
