/** Numbers of `grid_sample`'s modes of interpolation, as `torch.grid_sampler` takes them. */
export const GRID_SAMPLE_INTERPOLATION_MODES: Readonly<Record<"bilinear" | "nearest" | "bicubic", number>> = {
  bilinear: 0,
  nearest: 1,
  bicubic: 2,
};

/** Numbers of `grid_sample`'s ways of padding, as `torch.grid_sampler` takes them. */
export const GRID_SAMPLE_PADDING_MODES: Readonly<Record<"zeros" | "border" | "reflection", number>> = {
  zeros: 0,
  border: 1,
  reflection: 2,
};
