import type { ConvGeometry } from "./geometry.ts";

/** Output entry, image entry within its group's unpadded block, and weight entry of every product. */
function forEachProduct(g: ConvGeometry, visit: (output: number, image: number, weight: number) => void): void {
  const { inChannels, outChannels, taps, positions } = g;
  const [depth, height, width] = g.padded;
  const plane = g.image[0] * g.image[1] * g.image[2];
  for (let block = 0; block < g.batch * g.groups; block++) {
    const firstWeight = (block % g.groups) * outChannels * taps.length;
    for (let t = 0; t < taps.length; t++) {
      for (let l = 0; l < positions.length; l++) {
        const at = taps[t]! + positions[l]!;
        const x = (at % width) - g.padding[2];
        const y = (Math.floor(at / width) % height) - g.padding[1];
        const z = (Math.floor(at / (width * height)) % depth) - g.padding[0];
        if (x < 0 || y < 0 || z < 0 || x >= g.image[2] || y >= g.image[1] || z >= g.image[0]) continue;
        const channel = Math.floor(at / (width * height * depth));
        const image = (block * inChannels + channel) * plane + (z * g.image[1] + y) * g.image[2] + x;
        for (let o = 0; o < outChannels; o++) {
          visit((block * outChannels + o) * positions.length + l, image, firstWeight + o * taps.length + t);
        }
      }
    }
  }
}

export function forwardBigInt(
  output: BigInt64Array,
  input: BigInt64Array,
  weight: BigInt64Array,
  bias: BigInt64Array | null,
  g: ConvGeometry,
): void {
  if (bias !== null) fillChannels(output, bias, g.positions.length);
  forEachProduct(g, (o, i, w) => {
    output[o]! += input[i]! * weight[w]!;
  });
}

export function backwardInputBigInt(
  gradInput: BigInt64Array,
  gradOutput: BigInt64Array,
  weight: BigInt64Array,
  bias: BigInt64Array | null,
  g: ConvGeometry,
): void {
  if (bias !== null) fillChannels(gradInput, bias, g.image[0] * g.image[1] * g.image[2]);
  forEachProduct(g, (o, i, w) => {
    gradInput[i]! += gradOutput[o]! * weight[w]!;
  });
}

function fillChannels(target: BigInt64Array, bias: BigInt64Array, plane: number): void {
  for (let i = 0; i < target.length; i++) target[i] = bias[Math.floor(i / plane) % bias.length]!;
}
