/** Hyper-parameters of a convolution, one number per spatial dimension. */
export interface ConvParams {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** Depth, height, width. */
export type Triple = readonly [number, number, number];

/**
 * A convolution over one image and one group as a matrix product. The padded image is a
 * [channels, paddedSpatial] block; tap t of the kernel (channel, then position) for output position l is its
 * entry taps[t] + positions[l]. All ranks are treated as three-dimensional.
 */
export interface ConvGeometry {
  readonly batch: number;
  readonly groups: number;
  /** Channels of the input image in one group, and of the output. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly image: Triple;
  readonly padded: Triple;
  readonly padding: Triple;
  readonly kernel: Triple;
  readonly stride: Triple;
  /** Entries of one padded channel, and of all of a group. */
  readonly paddedPlane: number;
  readonly paddedSize: number;
  readonly taps: Int32Array;
  readonly positions: Int32Array;
}

const cache = new Map<string, ConvGeometry>();

/** `image`, `output` and `weight` are shapes [N, C, ...], [N, O, ...] and [O, C / groups, ...]. */
export function convGeometry(
  image: readonly number[],
  output: readonly number[],
  weight: readonly number[],
  params: ConvParams,
): ConvGeometry {
  const { stride, padding, dilation, groups } = params;
  const key = `${image.join()};${output.join()};${weight.join()};${stride.join()};${padding.join()};${dilation.join()};${groups}`;
  let found = cache.get(key);
  if (found === undefined) {
    if (cache.size >= 256) cache.clear();
    cache.set(key, (found = measure(image, output, weight, params)));
  }
  return found;
}

function measure(
  image: readonly number[],
  output: readonly number[],
  weight: readonly number[],
  params: ConvParams,
): ConvGeometry {
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
  const inChannels = weight[1]!;
  const plane = padded[0] * padded[1] * padded[2];
  return {
    batch: image[0]!,
    groups,
    inChannels,
    outChannels: weight[0]! / groups,
    image: size,
    padded,
    padding,
    kernel,
    stride,
    paddedPlane: plane,
    paddedSize: inChannels * plane,
    taps: grid(inChannels, plane, kernel, dilation, padded),
    positions: grid(1, 0, out, stride, padded),
  };
}

function triple(values: readonly number[], fill: number): Triple {
  const n = values.length;
  return [n > 2 ? values[n - 3]! : fill, n > 1 ? values[n - 2]! : fill, n > 0 ? values[n - 1]! : fill];
}

function grid(channels: number, plane: number, counts: Triple, step: Triple, padded: Triple): Int32Array {
  const result = new Int32Array(channels * counts[0] * counts[1] * counts[2]);
  let at = 0;
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < counts[0]; z++) {
      for (let y = 0; y < counts[1]; y++) {
        const row = c * plane + (z * step[0] * padded[1] + y * step[1]) * padded[2];
        for (let x = 0; x < counts[2]; x++) result[at++] = row + x * step[2];
      }
    }
  }
  return result;
}
