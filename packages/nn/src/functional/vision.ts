import { callOp } from "@tt/core/dispatch";
import { NotImplementedError, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { defineFunction } from "./define.ts";

type Sizes = readonly number[];

const KERNEL: Readonly<Record<string, readonly [kernel: string, rank: number | null]>> = {
  nearest: ["nearest", null],
  "nearest-exact": ["nearest-exact", null],
  linear: ["linear", 1],
  bilinear: ["linear", 2],
  trilinear: ["linear", 3],
  bicubic: ["cubic", 2],
};

function perDimension(value: number | Sizes, rank: number, name: string): number[] {
  if (typeof value === "number") return new Array<number>(rank).fill(value);
  if (value.length !== rank) {
    throw new ValueError(`${name} shape must match input shape. Input is ${rank}D, ${name} size is ${value.length}`);
  }
  return [...value];
}

function interpolate(
  input: Tensor,
  size: number | Sizes | null,
  scale_factor: number | Sizes | null,
  mode: string,
  align_corners: boolean | null,
  recompute: boolean | null,
  antialias: boolean,
): Tensor {
  const rank = input.ndim - 2;
  const nearest = mode === "nearest" || mode === "nearest-exact" || mode === "area";
  if (nearest && align_corners !== null) {
    throw new ValueError(
      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
    );
  }
  if (size !== null && scale_factor !== null)
    throw new ValueError("only one of size or scale_factor should be defined");
  if (size === null && scale_factor === null) throw new ValueError("either size or scale_factor should be defined");
  if (recompute === true && size !== null) {
    throw new ValueError("recompute_scale_factor is not meaningful with an explicit size.");
  }
  const own = input.shape.slice(2);
  const scales = scale_factor === null ? null : perDimension(scale_factor, rank, "scale_factor");
  const output = size === null ? own.map((s, d) => Math.floor(s * scales![d]!)) : perDimension(size, rank, "size");
  if (antialias && !((mode === "bilinear" || mode === "bicubic") && rank === 2)) {
    throw new ValueError("Anti-alias option is only supported for bilinear and bicubic modes");
  }
  if (mode === "area") {
    if (rank === 1) return callOp("adaptive_avg_pool1d", input, output);
    return callOp(`adaptive_avg_pool${rank}d`, input, output);
  }
  const found = KERNEL[mode];
  if (found === undefined || rank < 1 || rank > 3 || (found[1] !== null && found[1] !== rank)) {
    throw new NotImplementedError(
      found === undefined || rank < 1 || rank > 3
        ? `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got ${mode})`
        : `Got ${input.ndim}D input, but ${mode} mode needs ${found[1]! + 2}D input`,
    );
  }
  if (output.some((s) => s <= 0) || own.some((s) => s === 0)) {
    throw new RuntimeError(
      `Input and output sizes should be greater than 0, but got input (${own.join(", ")}) and output (${output.join(", ")})`,
    );
  }
  const used = recompute === true || scales === null ? output.map(() => null) : scales;
  const shape = [...input.shape.slice(0, 2), ...output];
  return callOp("_upsample", input, shape, found[0], align_corners ?? false, antialias, used);
}

defineFunction(
  'interpolate(Tensor input, Any size=None, Any scale_factor=None, str mode="nearest", bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> Tensor',
  "Resizes [N, C, ...] to `size` or by `scale_factor`. Modes nearest, nearest-exact, linear, bilinear, bicubic, trilinear, area.",
  interpolate,
);

defineFunction(
  'upsample(Tensor input, Any size=None, Any scale_factor=None, str mode="nearest", bool? align_corners=None) -> Tensor',
  "The former name of `interpolate`.",
  (input: Tensor, size: Sizes | null, scale: Sizes | null, mode: string, align: boolean | null) =>
    interpolate(input, size, scale, mode, align, null, false),
);

for (const [name, mode] of [
  ["upsample_nearest", "nearest"],
  ["upsample_bilinear", "bilinear"],
] as const) {
  defineFunction(
    `${name}(Tensor input, Any size=None, Any scale_factor=None) -> Tensor`,
    `\`interpolate\` with mode ${mode}.`,
    (input: Tensor, size: Sizes | null, scale: Sizes | null) =>
      interpolate(
        input,
        size,
        scale,
        mode === "bilinear" && input.ndim === 5 ? "trilinear" : mode,
        mode === "nearest" ? null : true,
        null,
        false,
      ),
  );
}

defineFunction(
  'grid_sample(Tensor input, Tensor grid, str mode="bilinear", str padding_mode="zeros", bool? align_corners=None) -> Tensor',
  "Samples input [N, C, (D,) H, W] at grid points (x, y(, z)) of [N, ..., 2 or 3], -1 and 1 being the borders (Jaderberg et al. 2015).",
  (input: Tensor, grid: Tensor, mode: string, padding_mode: string, align_corners: boolean | null) => {
    if (!["bilinear", "nearest", "bicubic"].includes(mode)) {
      throw new ValueError(
        `nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${mode}'`,
      );
    }
    if (!["zeros", "border", "reflection"].includes(padding_mode)) {
      throw new ValueError(
        `nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '${padding_mode}'`,
      );
    }
    if (input.ndim !== grid.ndim || input.ndim < 4 || input.ndim > 5) {
      throw new RuntimeError(
        `grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes [${input.shape.join(", ")}] and grid with sizes [${grid.shape.join(", ")}]`,
      );
    }
    if (input.shape[0] !== grid.shape[0]) {
      throw new RuntimeError(
        `grid_sampler(): expected grid and input to have same batch size, but got input with sizes [${input.shape.join(", ")}] and grid with sizes [${grid.shape.join(", ")}]`,
      );
    }
    if (grid.shape.at(-1) !== input.ndim - 2) {
      throw new RuntimeError(
        `grid_sampler(): expected grid to have size ${input.ndim - 2} in last dimension, but got grid with sizes [${grid.shape.join(", ")}]`,
      );
    }
    if (mode === "bicubic" && input.ndim === 5) {
      throw new RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input");
    }
    return callOp("_grid_sampler", input, grid, mode, padding_mode, align_corners ?? false);
  },
);

/** Centres (or corners) of `n` cells between -1 and 1. */
function ticks(like: Tensor, n: number, align_corners: boolean): Tensor {
  const values = Array.from({ length: n }, (_, i) =>
    n <= 1 ? 0 : align_corners ? -1 + (2 * i) / (n - 1) : ((-1 + (2 * i) / (n - 1)) * (n - 1)) / n,
  );
  const out = like.new_empty([n]);
  values.forEach((v, i) => out.select(0, i).fill_(v));
  return out;
}

defineFunction(
  "affine_grid(Tensor theta, int[] size, bool? align_corners=None) -> Tensor",
  "The sampling grid of affine maps theta [N, 2, 3] (or [N, 3, 4]) for an output of `size`.",
  (theta: Tensor, size: Sizes, align: boolean | null) => {
    if (!theta.is_floating_point()) {
      throw new ValueError(`Expected theta to have floating point type, but got ${String(theta.dtype)}`);
    }
    const rank = size.length - 2;
    if (rank !== 2 && rank !== 3) {
      throw new NotImplementedError(
        "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size " +
          size.join(", "),
      );
    }
    if (theta.ndim !== 3 || theta.shape[1] !== rank || theta.shape[2] !== rank + 1) {
      throw new ValueError(
        `Expected a batch of ${rank}D affine matrices of shape Nx${rank}x${rank + 1} for size [${size.join(", ")}]. Got torch.Size([${theta.shape.join(", ")}]).`,
      );
    }
    if (size.some((s) => s <= 0))
      throw new ValueError(`Expected non-zero, positive output size. Got [${size.join(", ")}]`);
    const spatial = size.slice(2);
    const axes = spatial.map((n, d) =>
      ticks(theta, n, align ?? false)
        .view(spatial.map((_, e) => (e === d ? n : 1)))
        .expand(spatial),
    );
    const points = callOp("stack", [...axes.toReversed(), theta.new_ones(spatial)], -1);
    const flat = points.view([1, -1, rank + 1]).expand([size[0]!, -1, rank + 1]);
    return flat.bmm(theta.transpose(1, 2)).view([size[0]!, ...spatial, rank]);
  },
);

const pair = (value: number | Sizes): number[] =>
  typeof value === "number" ? [value, value] : value.length === 1 ? [value[0]!, value[0]!] : [...value];

const positions = (size: Sizes, kernel: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes): number[] =>
  size.map((s, d) => Math.floor((s + 2 * padding[d]! - dilation[d]! * (kernel[d]! - 1) - 1) / stride[d]!) + 1);

function checkPatch(kernel: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes): void {
  for (const [name, sizes, least] of [
    ["kernel size", kernel, 1],
    ["dilation", dilation, 1],
    ["stride", stride, 1],
    ["padding", padding, 0],
  ] as const) {
    if (sizes.some((s) => s < least)) {
      throw new RuntimeError(
        `${name} should be ${least === 1 ? "greater than zero" : "non-negative"}, but got [${sizes.join(", ")}]`,
      );
    }
  }
}

defineFunction(
  "unfold(Tensor input, int[2] kernel_size, int[2] dilation=1, int[2] padding=0, int[2] stride=1) -> Tensor",
  "The sliding patches of [N, C, H, W] (or [C, H, W]) as columns [N, C * kernel, positions].",
  (input: Tensor, kernel: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes) => {
    const [k, d, p, s] = [pair(kernel), pair(dilation), pair(padding), pair(stride)];
    checkPatch(k, d, p, s);
    if (input.ndim !== 4 && input.ndim !== 3) {
      throw new RuntimeError(
        `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: [${input.shape.join(", ")}]`,
      );
    }
    const batch = input.ndim === 4 ? input : input.unsqueeze(0);
    const counts = positions(batch.shape.slice(2), k, d, p, s);
    if (counts.some((n) => n < 1)) {
      throw new RuntimeError(
        `Given input with spatial size (${batch.shape.slice(2).join(", ")}), kernel_size=(${k.join(", ")}), dilation=(${d.join(", ")}), padding=(${p.join(", ")}), calculated shape of the array of sliding blocks as (${counts.join(", ")}), but its components must be at least one.`,
      );
    }
    const shape = [batch.shape[0]!, batch.shape[1]! * k[0]! * k[1]!, counts[0]! * counts[1]!];
    const out = callOp("_im2col", batch, shape, k, d, p, s);
    return input.ndim === 4 ? out : out.squeeze(0);
  },
);

defineFunction(
  "fold(Tensor input, int[2] output_size, int[2] kernel_size, int[2] dilation=1, int[2] padding=0, int[2] stride=1) -> Tensor",
  "Columns [N, C * kernel, positions] summed back into images [N, C, ...output_size].",
  (input: Tensor, output: Sizes, kernel: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes) => {
    const [o, k, d, p, s] = [pair(output), pair(kernel), pair(dilation), pair(padding), pair(stride)];
    checkPatch(k, d, p, s);
    if (input.ndim !== 3 && input.ndim !== 2) {
      throw new RuntimeError(
        `Input Error: Only unbatched (2D) or batched (3D) input Tensors are supported (got ${input.ndim}D)`,
      );
    }
    const batch = input.ndim === 3 ? input : input.unsqueeze(0);
    const [n, width, length] = batch.shape as readonly [number, number, number];
    const area = k[0]! * k[1]!;
    if (width % area !== 0) {
      throw new RuntimeError(
        `Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=${width} and kernel_size=(${k.join(", ")}).`,
      );
    }
    const counts = positions(o, k, d, p, s);
    if (length !== counts[0]! * counts[1]!) {
      throw new RuntimeError(
        `Given output_size=(${o.join(", ")}), kernel_size=(${k.join(", ")}), dilation=(${d.join(", ")}), padding=(${p.join(", ")}), stride=(${s.join(", ")}), expected size of input's dimension 2 to match the calculated number of sliding blocks ${counts[0]} * ${counts[1]} = ${counts[0]! * counts[1]!}, but got input.size(2)=${length}.`,
      );
    }
    const out = callOp("_col2im", batch, [n, width / area, ...o], k, d, p, s);
    return input.ndim === 3 ? out : out.squeeze(0);
  },
);
