import type { Kernel, Operand, Plan } from "../kernel.ts";
import { blockProduct, type Side, type Tile } from "../matmul/block.ts";
import { matrixSide } from "../matmul/tiled.ts";
import { splitsFor, sumParts, tileFor, tileGroups } from "../matmul/tiles.ts";
import { load, store, u32 } from "../source.ts";
import { directInput, directForward, directWeight } from "./direct.ts";
import { biasOperand, type ConvSpec, geometryParams, volume } from "./geometry.ts";
import { filtersByChannel, gradients, responses, taps, windows } from "./sides.ts";

/** Products with fewer rows than that would leave most of a block empty. */
const FEW = 4;

/** Operands: `input`, `weight`, `out`, and `bias` where the specification has one. */
export function convolution(spec: ConvSpec): Plan {
  const m = spec.outChannels / spec.groups;
  const n = spec.batch * volume(spec.output);
  const k = (spec.inChannels / spec.groups) * volume(spec.kernel);
  if (m <= FEW || k <= FEW) return { kernels: [directForward(spec)] };
  const plain = { m, n, k, type: spec.type, transposeA: false, transposeB: false, vectorsB: false };
  // The weights of a group are a matrix as they are; it goes by the name `a` there.
  const weight = (tile: Tile): Side & { access: "load" | "vec4" } => {
    const side = matrixSide({ ...plain, vectorsA: spec.contiguousWeight }, "a", tile.rows, tile.depth);
    const named = (text: string): string => text.replaceAll(/\ba(?=_load|\[)/g, "weight");
    return { ...side, functions: named(side.functions) };
  };
  return product(spec, "conv", m, n, k, "positions", "filters", (tile) => {
    const a = weight(tile);
    return [{ name: "weight", type: spec.type, access: a.access }, a, load("input", spec.type), windows(spec, tile)];
  });
}

/** The gradient for the input, or a transposed convolution. Operands: `grad`, `weight`, `out`, `bias`. */
export function convolutionInput(spec: ConvSpec): Plan {
  const m = spec.inChannels / spec.groups;
  const n = spec.batch * volume(spec.image);
  const k = (spec.outChannels / spec.groups) * volume(spec.kernel);
  if (m <= FEW || k <= FEW) return { kernels: [directInput(spec)] };
  return product(spec, "conv_input", m, n, k, "image", "channels", (tile) => [
    load("weight", spec.type),
    filtersByChannel(spec, tile),
    load("grad", spec.type),
    responses(spec, tile),
  ]);
}

/** The gradient for the weight. Operands: `grad`, `input`, `out`. */
export function convolutionWeight(spec: ConvSpec): Plan {
  const m = spec.outChannels / spec.groups;
  const n = (spec.inChannels / spec.groups) * volume(spec.kernel);
  const k = spec.batch * volume(spec.output);
  if (m <= FEW || n <= FEW) return { kernels: [directWeight(spec)] };
  return product({ ...spec, bias: false }, "conv_weight", m, n, k, null, null, (tile) => [
    load("grad", spec.type),
    gradients(spec, tile),
    load("input", spec.type),
    taps(spec, tile),
  ]);
}

type Sides = readonly [Operand, Side, Operand, Side];

/**
 * The product, one for each group. Its columns are `plane` places of each image and its rows some of `channels` channels; without
 * them they are rows and columns of the result as they stand.
 */
function product(
  spec: ConvSpec,
  name: string,
  m: number,
  n: number,
  k: number,
  plane: "positions" | "image" | null,
  channels: "filters" | "channels" | null,
  sides: (tile: Tile) => Sides,
): Plan {
  const { type, groups } = spec;
  const tile = tileFor(groups, m, n);
  const splits = splitsFor(tileGroups(tile, groups, m, n), k, 256);
  const [operandA, a, operandB, b] = sides(tile);
  const partial = splits > 1;
  const bias = biasOperand(spec);
  const sum = (value: string, channel: string): string => (spec.bias ? `${value} + bias_load(${channel})` : value);
  const block: Kernel = blockProduct({
    name,
    type,
    tile,
    batch: groups,
    m,
    n,
    k,
    splits,
    a,
    b,
    operands: [
      operandA,
      operandB,
      ...(partial ? [] : bias),
      partial
        ? {
            name: "partial",
            type,
            access: "update",
          }
        : store("out", type),
    ],
    params: [...geometryParams(spec), u32("a_batch", m * k)],
    base: `${partial ? "part * p.batch * p.m * p.n + " : ""}batch * p.m * ${plane === null ? "p.n" : `p.${plane}`}`,
    rowStride: plane === null ? "p.n" : `p.${plane}`,
    offset: (column) =>
      plane === null ? column : `${column} / p.${plane} * p.${channels} * p.${plane} + ${column} % p.${plane}`,
    store: partial ? "partial[i] = value;" : `out_store(i, ${sum("value", "batch * p.m + row")});`,
  });
  if (!partial) return { kernels: [block] };
  const count = groups * m * n;
  const finish = `out_store(i, ${sum("value", `i / p.${plane} % p.${channels}`)});`;
  return {
    kernels: [block, sumParts(type, count, splits, bias, geometryParams(spec), finish)],
    scratch: [{ name: "partial", type, length: splits * count }],
  };
}
