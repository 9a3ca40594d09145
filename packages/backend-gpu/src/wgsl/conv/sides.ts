import { repeat } from "../source.ts";
import { type Side, type Tile, vector } from "../matmul/block.ts";
import {
  coordinates,
  type ConvSpec,
  pixelReader,
  responseReader,
  tapCoordinates,
  volume,
  windowStart,
} from "./geometry.ts";

/**
 * Operands of the product that a convolution is, read out of the tensors as blocks are filled. A thread has the same four columns
 * of the result in all its pieces of work, so that where they lie is computed once.
 */

/** Columns are output positions of all images; the sum runs over channels and taps of the input. */
export function windows(spec: ConvSpec, { columns, depth }: Tile): Side {
  const vectors = columns / 4;
  const { dilation, type } = spec;
  return {
    functions: pixelReader(type),
    setup: repeat(
      4,
      (i) => `let j${i} = column0 + thread % ${vectors}u * 4u + ${i}u;
    ${coordinates(`(j${i} % p.positions)`, "p.oh", "p.ow", `_o${i}`)}
    let z${i} = ${windowStart(spec, 0, `z_o${i}`)}; let y${i} = ${windowStart(spec, 1, `y_o${i}`)}; let x${i} = ${windowStart(spec, 2, `x_o${i}`)};
    let start${i} = (j${i} / p.positions * p.channels + batch * p.group_channels) * p.image;`,
    ),
    units: depth * vectors,
    fill: (unit) => `let at = k0 + ${unit} / ${vectors}u;
          let tap = at % ${volume(spec.kernel)}u;
          let channel = at / ${volume(spec.kernel)}u * p.image;
          ${tapCoordinates("tap", spec, "_t")}
          let z = i32(z_t * ${dilation[0]}u); let y = i32(y_t * ${dilation[1]}u); let x = i32(x_t * ${dilation[2]}u);
          block_b[${unit}] = ${vector(type, (i) => `pixel(j${i} < p.n && at < end, start${i} + channel, z${i} + z, y${i} + y, x${i} + x)`)};`,
  };
}

/** Columns are pixels of all images; the sum runs over filters and taps. */
export function responses(spec: ConvSpec, { columns, depth }: Tile): Side {
  const vectors = columns / 4;
  const { dilation, padding, type } = spec;
  return {
    functions: responseReader(spec),
    setup: repeat(
      4,
      (i) => `let j${i} = column0 + thread % ${vectors}u * 4u + ${i}u;
    ${coordinates(`(j${i} % p.image)`, "p.ih", "p.iw", `_i${i}`)}
    let z${i} = i32(z_i${i}) + ${padding[0]}; let y${i} = i32(y_i${i}) + ${padding[1]}; let x${i} = i32(x_i${i}) + ${padding[2]};
    let start${i} = (j${i} / p.image * p.filters + batch * p.group_filters) * p.positions;`,
    ),
    units: depth * vectors,
    fill: (unit) => `let at = k0 + ${unit} / ${vectors}u;
          let tap = at % ${volume(spec.kernel)}u;
          let feature = at / ${volume(spec.kernel)}u * p.positions;
          ${tapCoordinates("tap", spec, "_t")}
          let z = i32(z_t * ${dilation[0]}u); let y = i32(y_t * ${dilation[1]}u); let x = i32(x_t * ${dilation[2]}u);
          block_b[${unit}] = ${vector(type, (i) => `response(j${i} < p.n && at < end, start${i} + feature, z${i} - z, y${i} - y, x${i} - x)`)};`,
  };
}

/** Columns are channels and taps of the input; the sum runs over the output positions of all images. */
export function taps(spec: ConvSpec, { columns, depth }: Tile): Side {
  const vectors = columns / 4;
  const { dilation, type } = spec;
  return {
    functions: pixelReader(type),
    setup: repeat(
      4,
      (i) => `let j${i} = column0 + thread % ${vectors}u * 4u + ${i}u;
    ${tapCoordinates(`(j${i} % ${volume(spec.kernel)}u)`, spec, `_t${i}`)}
    let z${i} = i32(z_t${i} * ${dilation[0]}u); let y${i} = i32(y_t${i} * ${dilation[1]}u); let x${i} = i32(x_t${i} * ${dilation[2]}u);
    let start${i} = (batch * p.group_channels + j${i} / ${volume(spec.kernel)}u) * p.image;`,
    ),
    units: depth * vectors,
    fill: (unit) => `let at = k0 + ${unit} / ${vectors}u;
          let image = at / p.positions * p.channels * p.image;
          ${coordinates("(at % p.positions)", "p.oh", "p.ow", "_o")}
          let z = ${windowStart(spec, 0, "z_o")}; let y = ${windowStart(spec, 1, "y_o")}; let x = ${windowStart(spec, 2, "x_o")};
          block_b[${unit}] = ${vector(type, (i) => `pixel(j${i} < p.n && at < end, start${i} + image, z${i} + z, y${i} + y, x${i} + x)`)};`,
  };
}

/** Rows are input channels of a group; the sum runs over its filters and their taps. */
export function filtersByChannel(spec: ConvSpec, tile: Tile): Side {
  const size = volume(spec.kernel);
  const start = `(batch * p.group_filters + at / ${size}u) * p.group_channels * ${size}u + at % ${size}u`;
  return rowSide("weight", spec, tile, start, `${size}u`);
}

/** Rows are filters of a group; the sum runs over the output positions of all images. */
export function gradients(spec: ConvSpec, tile: Tile): Side {
  const start = "(at / p.positions * p.filters + batch * p.group_filters) * p.positions + at % p.positions";
  return rowSide("grad", spec, tile, start, "p.positions");
}

/** Rows that lie `stride` apart from where place `at` of the sum has its first. Neighbours read along the sum. */
function rowSide(name: string, { type }: ConvSpec, { rows, depth }: Tile, start: string, stride: string): Side {
  const vectors = rows / 4;
  return {
    functions: `fn read_${name}(inside: bool, i: u32) -> ${type} {
  if (inside) { return ${name}_load(i); }
  return ${type}(0);
}`,
    setup: "",
    units: depth * vectors,
    fill: (unit) => `let at = k0 + ${unit} % ${depth}u;
          let first = row0 + ${unit} / ${depth}u * 4u;
          let start = ${start};
          block_a[${unit} % ${depth}u * ${vectors}u + ${unit} / ${depth}u] = ${vector(
            type,
            (i) => `read_${name}(first + ${i}u < p.m && at < end, start + (first + ${i}u) * ${stride})`,
          )};`,
  };
}
