import { combinations, diag, diagflat, meshgrid, trace } from "@tt/core";
import { describe, expect, it } from "vitest";
import { checkGradients, indices, mask, values } from "./cases.ts";

const at = indices([2, 0, 2]);
const rows = indices([
  [0, 1, 1],
  [1, 0, 0],
]);
const some = mask([
  [true, false, true],
  [false, false, true],
]);

describe("gradients of indexing", () => {
  checkGradients([
    ["index lists", (x) => x.at([1, 0, 1], [2, 2, 0]), [2, 3]],
    ["index lists around a slice", (x) => x.at([1, 0], ":", [2, 0]), [2, 2, 3]],
    ["a mask", (x) => x.at(some), [2, 3]],
    ["index_put", (x, v) => x.index_put([indices([2, 0])], v), [3, 2], [2, 2]],
    ["index_put accumulating", (x, v) => x.index_put([at], v, true), [3, 2], [3, 2]],
    ["index_select", (x) => x.index_select(1, at), [2, 3]],
    ["index_add", (x, v) => x.index_add(1, at, v, { alpha: 2 }), [2, 3], [2, 3]],
    ["index_copy", (x, v) => x.index_copy(1, indices([2, 0]), v), [2, 3], [2, 2]],
    ["index_fill", (x) => x.index_fill(1, at, 2), [2, 3]],
    ["index_fill with a tensor", (x, v) => x.index_fill(1, indices([2, 0]), v), [2, 3], []],
    ["index_reduce prod", (x, v) => x.index_reduce(1, at, v, "prod"), [2, 3], [2, 3]],
    ["index_reduce mean", (x, v) => x.index_reduce(1, at, v, "mean"), [2, 3], [2, 3]],
    ["index_reduce amax", (x, v) => x.index_reduce(1, at, v, "amax"), [2, 3], [2, 3]],
    ["gather", (x) => x.gather(0, rows), [2, 3]],
    ["take_along_dim", (x) => x.take_along_dim(indices([[0], [1]]), 1), [2, 3]],
    [
      "scatter",
      (x, v) =>
        x.scatter(
          1,
          indices([
            [0, 2],
            [1, 0],
          ]),
          v,
        ),
      [2, 3],
      [2, 2],
    ],
    ["scatter of a number", (x) => x.scatter(0, rows, 2), [2, 3]],
    ["scatter_add", (x, v) => x.scatter_add(0, rows, v), [2, 3], [2, 3]],
    ["scatter_reduce prod", (x, v) => x.scatter_reduce(0, rows, v, "prod"), [2, 3], [2, 3]],
    ["scatter_reduce mean", (x, v) => x.scatter_reduce(0, rows, v, "mean", { include_self: false }), [2, 3], [2, 3]],
    ["scatter_reduce amin", (x, v) => x.scatter_reduce(0, rows, v, "amin"), [2, 3], [2, 3]],
    ["take", (x) => x.take(indices([0, 5, 0])), [2, 3]],
    ["put", (x, v) => x.put(indices([0, 5]), v), [2, 3], [2]],
    ["put accumulating", (x, v) => x.put(indices([5, 5]), v, true), [2, 3], [2]],
    ["masked_select", (x) => x.masked_select(some), [2, 3]],
    ["masked_scatter", (x, v) => x.masked_scatter(some, v), [2, 3], [4]],
    ["diag of a vector", (x) => diag(x, 1), [3]],
    ["diag of a matrix", (x) => diag(x, -1), [3, 3]],
    ["diagflat", (x) => diagflat(x), [2, 2]],
    ["diag_embed", (x) => x.diag_embed(1, 0, 2), [2, 3]],
    ["trace", (x) => trace(x), [2, 3]],
    ["diagonal_scatter", (x, v) => x.diagonal_scatter(v, 1), [3, 3], [2]],
    ["select_scatter", (x, v) => x.select_scatter(v, 1, 2), [2, 3], [2]],
    ["slice_scatter", (x, v) => x.slice_scatter(v, 1, 0, 3, 2), [2, 3], [2, 2]],
    ["tril", (x) => x.tril(1), [2, 3, 3]],
    ["triu", (x) => x.triu(), [3, 2]],
    ["roll", (x) => x.roll([1, -1], [0, 1]), [2, 3]],
    ["flip", (x) => x.flip(0, 1), [2, 3]],
    ["rot90", (x) => x.rot90(1, [0, 1]), [2, 3]],
    ["repeat", (x) => x.repeat(2, 1, 2), [2, 3]],
    ["repeat_interleave", (x) => x.repeat_interleave(indices([1, 0, 2]), 1), [2, 3]],
    ["tile", (x) => x.tile(2), [2, 3]],
    ["meshgrid", (x, y) => meshgrid(x, y, { indexing: "xy" }), [2], [3]],
    ["combinations", (x) => combinations(x, 2, true), [3]],
  ]);

  it("scatters shares of ties to all of them", () => {
    const x = values([1]).detach().fill_(2).requires_grad_();
    const v = values([3]).detach().fill_(2).requires_grad_();
    x.scatter_reduce(0, indices([0, 0, 0]), v, "amax").backward();
    expect([x.grad!.item(), ...v.grad!.tolist()]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});
