import { type ConvParams, type ConvGeometry, convGeometry } from "../conv/geometry.ts";
import { loadPadded, storePadded } from "../conv/image.ts";
import { type ArrayView, commit, denseValues, outValues, partOf } from "../view.ts";

export interface FoldParams extends Omit<ConvParams, "groups"> {
  readonly kernel_size: readonly number[];
}

/**
 * im2col: the patches of `input` [N, C, H, W] as the columns of `out` [N, C * kernel, positions]. Also the gradient
 * of {@link fold}. Floating-point and complex dtypes.
 */
export function unfold(out: ArrayView, input: ArrayView, params: FoldParams): void {
  if (out.dtype.is_complex) {
    unfold(partOf(out, 0), partOf(input, 0), params);
    unfold(partOf(out, 1), partOf(input, 1), params);
    return;
  }
  const g = foldGeometry(input.shape, params);
  const { taps, positions } = g;
  const source = denseValues(input);
  const values = outValues(out);
  const image = new Float64Array(g.paddedSize);
  let to = 0;
  for (let n = 0; n < g.batch; n++) {
    loadPadded(image, g, source, (n * source.length) / g.batch);
    for (let t = 0; t < taps.length; t++) {
      for (let l = 0; l < positions.length; l++) values[to++] = image[taps[t]! + positions[l]!]!;
    }
  }
  commit(out, values);
}

/**
 * col2im: sums the columns of `input` [N, C * kernel, positions] back into the image `out` [N, C, H, W]. Also the
 * gradient of {@link unfold}.
 */
export function fold(out: ArrayView, input: ArrayView, params: FoldParams): void {
  if (out.dtype.is_complex) {
    fold(partOf(out, 0), partOf(input, 0), params);
    fold(partOf(out, 1), partOf(input, 1), params);
    return;
  }
  const g = foldGeometry(out.shape, params);
  const { taps, positions } = g;
  const source = denseValues(input);
  const values = outValues(out);
  const image = new Float64Array(g.paddedSize);
  let from = 0;
  for (let n = 0; n < g.batch; n++) {
    image.fill(0);
    for (let t = 0; t < taps.length; t++) {
      for (let l = 0; l < positions.length; l++) image[taps[t]! + positions[l]!]! += source[from++]!;
    }
    storePadded(values, (n * values.length) / g.batch, g, image, null, 0);
  }
  commit(out, values);
}

function foldGeometry(image: readonly number[], params: FoldParams): ConvGeometry {
  const counts = image.slice(2).map((size, d) => {
    const reach = params.dilation[d]! * (params.kernel_size[d]! - 1) + 1;
    return Math.floor((size + 2 * params.padding[d]! - reach) / params.stride[d]!) + 1;
  });
  const weight = [1, image[1]!, ...params.kernel_size];
  return convGeometry(image, [image[0]!, 1, ...counts], weight, { ...params, groups: 1 });
}
