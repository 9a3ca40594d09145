import type { ConvGeometry } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import { Area, putTable } from "./area.ts";
import { borderOf, isPadded } from "./product.ts";

/** Places of a block and rows of a tile, as in assembly/conv_grad.ts. */
const BLOCK = 256;
/** Floats of partial results, which are summed in their order. */
const PARTIAL = 1 << 20;
const SPEED = 32;

/** Gradient of a weight [O, C / groups, ...] at address `out` from dense images and gradients of the output; false when there is no room. */
export function runWeight(engine: Engine, g: ConvGeometry, image: number, grad: number, out: number): boolean {
  const { exports, heap, threads } = engine;
  const { groups, outChannels: outputs } = g;
  const taps = g.taps.length;
  const places = g.positions.length;
  const padded = isPadded(g);
  const step = g.stride[2];
  const imageFloats = groups * g.inChannels * g.image[0] * g.image[1] * g.image[2];
  const paddedBytes = padded ? 4 * groups * g.paddedSize : 0;
  const imageStep = padded ? groups * g.paddedSize : imageFloats;
  const fold = Math.max(1, Math.min(g.batch, Math.floor(BLOCK / places)));
  const partBytes = exports.weightPartBytes(groups, taps, outputs);
  const wanted = Math.max(1, Math.min(8, Math.ceil(g.batch / fold), Math.floor((4 * PARTIAL) / partBytes)));
  const partImages = fold * Math.ceil(Math.ceil(g.batch / wanted) / fold);
  const parts = Math.ceil(g.batch / partImages);
  const { runs, blocks } = cut(g, fold, imageStep);

  const area = new Area();
  const description = area.part(256);
  const tapsTable = area.part(4 * taps);
  const runsTable = area.part(4 * runs.length);
  const blocksTable = area.part(4 * blocks.length);
  const partial = area.part(parts * partBytes);
  const stride = Math.ceil((exports.weightScratch(outputs) + fold * paddedBytes + 128) / 64) * 64;
  const work = area.part(threads.count * stride);
  if (!area.take(engine)) return false;
  const { ints } = heap;
  putTable(ints, area.at(tapsTable), g.taps);
  ints.set(runs, area.at(runsTable) >> 2);
  ints.set(blocks, area.at(blocksTable) >> 2);
  ints.set(
    [
      g.batch,
      groups,
      taps,
      outputs,
      places,
      image,
      4 * imageFloats,
      4 * (padded ? g.paddedSize : imageFloats / groups),
      area.at(tapsTable),
      area.at(runsTable),
      area.at(blocksTable),
      blocks.length / 4,
      4 * step,
      grad,
      area.at(partial),
      partImages,
      fold,
      parts,
      padded ? 1 : 0,
      paddedBytes,
      ...borderOf(g),
    ],
    area.at(description) >> 2,
  );
  const d = area.at(description);
  const strips = exports.stripsOf(taps);
  const cost = (2 * taps * places * outputs * groups * g.batch) / SPEED;
  const calls: number[][] = [];
  const cuts = parts >= 4 ? [[0, strips] as const] : threads.split(strips, cost / parts);
  for (const [from, to] of cuts) {
    for (let part = 0; part < parts; part++) calls.push([d, part, from, to, 0]);
  }
  threads.run("convolveWeight", calls, { at: 4, base: area.at(work), stride });
  exports.combineWeight(d, out);
  return true;
}

interface Cut {
  /** Offset in bytes from the end of the run before, and number of places a step apart. */
  readonly runs: Int32Array;
  /** First run, number of runs, number of places, first place. */
  readonly blocks: Int32Array;
}

const cache = new WeakMap<ConvGeometry, Cut>();

/** Places of `fold` images, or of one in blocks of rows. */
function cut(g: ConvGeometry, fold: number, imageStep: number): Cut {
  let found = cache.get(g);
  if (found !== undefined) return found;
  const step = g.stride[2];
  const { positions } = g;
  const runs: number[] = [];
  const blocks: number[] = [];
  let start = 0;
  let inBlock = 0;
  let blockRun = 0;
  const close = (end: number): void => {
    if (inBlock > 0) blocks.push(blockRun, runs.length / 2 - blockRun, inBlock, end - inBlock);
    inBlock = 0;
    blockRun = runs.length / 2;
  };
  while (start < positions.length) {
    let end = start + 1;
    const room = BLOCK - inBlock;
    while (end < positions.length && end - start < room && step === positions[end]! - positions[end - 1]!) end++;
    runs.push(4 * positions[start]!, end - start);
    inBlock += end - start;
    start = end;
    if (inBlock >= BLOCK) close(start);
  }
  close(start);
  const one = runs.slice();
  for (let i = 1; i < fold; i++) {
    for (let r = 0; r < one.length; r += 2) runs.push(one[r]! + 4 * i * imageStep, one[r + 1]!);
  }
  // From the end of the run before.
  const starts = new Set(blocks.filter((_, i) => i % 4 === 0));
  for (let r = runs.length / 2 - 1; r >= 0; r--) {
    if (!starts.has(r)) runs[2 * r]! -= runs[2 * r - 2]! + 4 * step * runs[2 * r - 1]!;
  }
  found = { runs: Int32Array.from(runs), blocks: Int32Array.from(blocks) };
  cache.set(g, found);
  return found;
}
