/** Hyper-parameters of a convolution, one number per spatial dimension. */
export interface ConvParams {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

export type Triple = readonly [number, number, number];

/**
 * A convolution of one image and group as a matrix product over the unfolded image: tap t (channel, then position in the
 * kernel) at output position l is the float at taps[t] + places[l] of the padded image, in bytes. All ranks are
 * treated as three-dimensional.
 */
export interface Geometry {
  readonly batch: number;
  readonly groups: number;
  /** Channels of one group. */
  readonly channels: number;
  readonly outputs: number;
  readonly image: Triple;
  readonly padded: Triple;
  readonly padding: Triple;
  readonly kernel: Triple;
  readonly taps: Int32Array;
  readonly places: Int32Array;
  /** Whether the image has to be copied into a larger one with a border. */
  readonly pads: boolean;
  /** Whether the unfolded image is the image. */
  readonly pointwise: boolean;
}

const cache = new Map<string, Geometry>();

/** `image`, `output` and `weight` are shapes [N, C, ...], [N, O, ...] and [O, C / groups, ...]. */
export function geometryOf(
  image: readonly number[],
  output: readonly number[],
  weight: readonly number[],
  params: ConvParams,
): Geometry {
  const key = [image, output, weight, params.stride, params.padding, params.dilation, params.groups].join(";");
  let found = cache.get(key);
  if (found === undefined) {
    if (cache.size >= 256) cache.clear();
    cache.set(key, (found = make(image, output, weight, params)));
  }
  return found;
}

function make(
  image: readonly number[],
  output: readonly number[],
  weight: readonly number[],
  params: ConvParams,
): Geometry {
  const { groups } = params;
  const size = triple(image.slice(2), 1);
  const out = triple(output.slice(2), 1);
  const kernel = triple(weight.slice(2), 1);
  const stride = triple(params.stride, 1);
  const padding = triple(params.padding, 0);
  const dilation = triple(params.dilation, 1);
  // An output padding of a transposed convolution lets positions reach past the symmetric padding.
  const padded = size.map((n, d) =>
    Math.max(n + 2 * padding[d]!, (out[d]! - 1) * stride[d]! + (kernel[d]! - 1) * dilation[d]! + 1),
  ) as unknown as Triple;
  const pads = padded.some((n, d) => n !== size[d]);
  const channels = weight[1]!;
  const plane = padded[0] * padded[1] * padded[2];
  return {
    batch: image[0]!,
    groups,
    channels,
    outputs: weight[0]! / groups,
    image: size,
    padded,
    padding,
    kernel,
    taps: grid(channels, plane, kernel, dilation, padded),
    places: grid(1, 0, out, stride, padded),
    pads,
    pointwise: !pads && kernel.every((k) => k === 1) && stride.every((s) => s === 1),
  };
}

export function triple(values: readonly number[], fill: number): Triple {
  const n = values.length;
  return [n > 2 ? values[n - 3]! : fill, n > 1 ? values[n - 2]! : fill, values[n - 1]!];
}

function grid(channels: number, plane: number, counts: Triple, step: Triple, padded: Triple): Int32Array {
  const result = new Int32Array(channels * counts[0] * counts[1] * counts[2]);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < counts[0]; z++) {
      for (let y = 0; y < counts[1]; y++) {
        const row = c * plane + (z * step[0] * padded[1] + y * step[1]) * padded[2];
        for (let x = 0; x < counts[2]; x++) result[at++] = 4 * (row + x * step[2]);
      }
    }
  }
  return result;
}
