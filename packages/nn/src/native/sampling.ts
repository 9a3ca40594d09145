import { callOp } from "@tt/core/dispatch";
import { NotImplementedError, type Tensor } from "@tt/core";
import "../functional/records.ts";
import { defineNative } from "./define.ts";

const MODES = ["bilinear", "nearest", "bicubic"];
const PADDINGS = ["zeros", "border", "reflection"];

for (const [name, rank] of [
  ["grid_sampler", null],
  ["grid_sampler_2d", 4],
  ["grid_sampler_3d", 5],
] as const) {
  defineNative(
    `${name}(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor`,
    "`nn.functional.grid_sample` with modes by number: bilinear, nearest, bicubic; zeros, border, reflection.",
    (input: Tensor, grid: Tensor, mode: number, padding: number, align_corners: boolean) => {
      if (rank !== null && input.ndim !== rank) {
        throw new NotImplementedError(
          `${name}(): expected ${rank}D input, but got input with sizes [${input.shape.join(", ")}]`,
        );
      }
      return callOp(
        "nn_grid_sample",
        input,
        grid,
        MODES[mode] ?? `${mode}`,
        PADDINGS[padding] ?? `${padding}`,
        align_corners,
      );
    },
  );
}

defineNative(
  "affine_grid_generator(Tensor theta, int[] size, bool align_corners) -> Tensor",
  "`nn.functional.affine_grid`.",
  (theta: Tensor, size: readonly number[], align_corners: boolean) =>
    callOp("nn_affine_grid", theta, size, align_corners),
);
