import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

function checkImage(name: string, input: Tensor, factor: number, what: string): void {
  if (input.ndim < 3) {
    throw new RuntimeError(
      `${name} expects input to have at least 3 dimensions, but got input with ${input.ndim} dimension(s)`,
    );
  }
  if (factor <= 0) throw new RuntimeError(`${name} expects a positive ${what}, but got ${factor}`);
}

defineOp({
  schema: "pixel_shuffle(Tensor input, int upscale_factor) -> Tensor",
  doc: "Rearranges [..., C r^2, H, W] to [..., C, H r, W r] (Shi et al. 2016).",
  variants: "function",
  out: false,
  decompose: (input: Tensor, r: number) => {
    checkImage("pixel_shuffle", input, r, "upscale_factor");
    const lead = input.shape.slice(0, -3);
    const [channels, height, width] = input.shape.slice(-3) as [number, number, number];
    if (channels % (r * r) !== 0) {
      throw new RuntimeError(
        `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${channels} is not divisible by ${r * r}`,
      );
    }
    const n = lead.length;
    const c = channels / (r * r);
    const order = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2];
    return input
      .reshape([...lead, c, r, r, height, width])
      .permute(order)
      .reshape([...lead, c, height * r, width * r]);
  },
});

defineOp({
  schema: "pixel_unshuffle(Tensor input, int downscale_factor) -> Tensor",
  doc: "The reverse of `pixel_shuffle`.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, r: number) => {
    checkImage("pixel_unshuffle", input, r, "downscale_factor");
    const lead = input.shape.slice(0, -3);
    const [c, height, width] = input.shape.slice(-3) as [number, number, number];
    for (const [name, size] of [
      ["height", height],
      ["width", width],
    ] as const) {
      if (size % r === 0) continue;
      throw new RuntimeError(
        `pixel_unshuffle expects ${name} to be divisible by downscale_factor, but input.size(${name === "height" ? -2 : -1})=${size} is not divisible by ${r}`,
      );
    }
    const n = lead.length;
    const order = [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3];
    return input
      .reshape([...lead, c, height / r, r, width / r, r])
      .permute(order)
      .clone()
      .reshape([...lead, c * r * r, height / r, width / r]);
  },
});

for (const name of ["channel_shuffle", "native_channel_shuffle"]) {
  defineOp({
    schema: `${name}(Tensor input, int groups) -> Tensor`,
    doc: "Divides the channels of [N, C, ...] into groups and interleaves them.",
    variants: "function",
    out: false,
    decompose: (input: Tensor, groups: number) => {
      if (input.ndim <= 2) {
        throw new RuntimeError(
          `channel_shuffle expects input with > 2 dims, but got input with sizes [${input.shape.join(", ")}]`,
        );
      }
      const [batch, channels, ...rest] = input.shape as [number, number, ...number[]];
      if (groups <= 0)
        throw new RuntimeError(`Number of groups to divide channels in must be positive. Value of groups:${groups}`);
      if (channels % groups !== 0) {
        throw new RuntimeError(
          `Number of channels must be divisible by groups. Got ${channels} channels and ${groups} groups.`,
        );
      }
      return input
        .reshape([batch, groups, channels / groups, -1])
        .transpose(1, 2)
        .reshape([batch, channels, ...rest]);
    },
  });
}
