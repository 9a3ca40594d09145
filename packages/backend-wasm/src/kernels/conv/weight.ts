import type { ConvGeometry } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import type { Exports } from "../../exports.ts";
import { Area, putTable } from "./area.ts";
import { isPointwise } from "./pointwise.ts";
import { borderOf, isPadded } from "./product.ts";

/** Most places of a block, as in assembly/conv_grad.ts. */
const BLOCK = 256;
/** Short sums are made of shorter ones: their terms cost little, and rounding in one long run would be most of the error. */
const FEW_TERMS = 512;
const SHORT_BLOCK = 32;
/** Bytes of a description. */
const DESCRIPTION = 256;
/** Its words that say where blocks are, how many, and where partial results are. */
const [BLOCKS, BLOCK_COUNT, PART] = [10, 11, 13];
/** Channels side by side in copies of blocks. */
const SIDE = 6;
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
  const imageFloats = groups * g.inChannels * g.image[0] * g.image[1] * g.image[2];
  const paddedBytes = padded ? 4 * groups * g.paddedSize : 0;
  const imageStep = padded ? groups * g.paddedSize : imageFloats;
  const partBytes = exports.weightPartBytes(groups, taps, outputs);
  const short = g.batch * places <= FEW_TERMS && g.batch * Math.ceil(places / SHORT_BLOCK) * partBytes <= 4 * PARTIAL;
  const block = short ? SHORT_BLOCK : BLOCK;
  const fold = Math.max(1, Math.min(g.batch, Math.floor(block / places)));
  const most = short ? g.batch : Math.min(8, Math.floor((4 * PARTIAL) / partBytes));
  const wanted = Math.max(1, Math.min(most, Math.ceil(g.batch / fold)));
  const partImages = fold * Math.ceil(Math.ceil(g.batch / wanted) / fold);
  const parts = Math.ceil(g.batch / partImages);
  const copies = !padded && fold === 1 && isPointwise(g);
  const { moves, blocks } = cut(g, block, fold, imageStep, copies);
  // The parts of each block apart, or of all together.
  const runs = short ? blocks.length / 2 : 1;

  const area = new Area();
  const description = area.part((runs + 1) * DESCRIPTION);
  const tapsTable = area.part(4 * taps);
  // The loops read one number more.
  const movesTable = area.part(4 * moves.length + 4);
  const blocksTable = area.part(4 * blocks.length);
  const partial = area.part(parts * runs * partBytes);
  const stride =
    Math.ceil(
      (exports.weightScratch(outputs) +
        (copies ? 4 * BLOCK * SIDE * exports.stripsOf(taps) : fold * paddedBytes) +
        128) /
        64,
    ) * 64;
  const work = area.part(threads.count * stride);
  if (!area.take(engine)) return false;
  const { ints } = heap;
  if (copies) putStrips(exports, ints, area.at(tapsTable), taps);
  else putTable(ints, area.at(tapsTable), g.taps);
  ints.set(moves, area.at(movesTable) >> 2);
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
      area.at(movesTable),
      area.at(blocksTable),
      blocks.length / 2,
      grad,
      area.at(partial),
      partImages,
      fold,
      parts * runs,
      padded ? 1 : copies ? 2 : 0,
      paddedBytes,
      ...borderOf(g),
    ],
    area.at(description) >> 2,
  );
  const d = area.at(description);
  const descriptions = [d];
  if (short) {
    for (let run = 0; run < runs; run++) {
      const at = d + (run + 1) * DESCRIPTION;
      ints.copyWithin(at >> 2, d >> 2, (d + DESCRIPTION) >> 2);
      ints[(at >> 2) + BLOCKS] = area.at(blocksTable) + 8 * run;
      ints[(at >> 2) + BLOCK_COUNT] = 1;
      ints[(at >> 2) + PART] = area.at(partial) + run * parts * partBytes;
      descriptions[run] = at;
    }
  }
  const strips = exports.stripsOf(taps);
  const cost = (2 * taps * places * outputs * groups * g.batch) / SPEED;
  const calls: number[][] = [];
  const cuts = parts >= 4 ? [[0, strips] as const] : threads.split(strips, cost / parts);
  for (const [from, to] of cuts) {
    for (let part = 0; part < parts; part++) for (const each of descriptions) calls.push([each, part, from, to, 0]);
  }
  threads.run("convolveWeight", calls, { at: 4, base: area.at(work), stride });
  exports.combineWeight(d, out);
  return true;
}

/** Where channels are copied to: strips as in assembly/tile.ts. */
function putStrips({ stripsOf }: Exports, ints: Int32Array, at: number, taps: number): void {
  const strips = stripsOf(taps);
  const least = Math.floor(taps / strips);
  let tap = 0;
  for (let s = 0; s < strips; s++) {
    const rows = least + (s < taps - least * strips ? 1 : 0);
    for (let r = 0; r < rows; r++) ints[(at >> 2) + tap++] = 4 * (s * BLOCK * SIDE + r);
  }
}

interface Cut {
  /** Bytes to each place in the image from the one before it in its block. */
  readonly moves: Int32Array;
  /** Number of places in a block, and its first place. */
  readonly blocks: Int32Array;
}

const cache = new WeakMap<ConvGeometry, Cut>();

/** Places of `fold` images, or of one in blocks of `block`. */
function cut(g: ConvGeometry, block: number, fold: number, imageStep: number, copies: boolean): Cut {
  let found = cache.get(g);
  if (found !== undefined) return found;
  const { positions } = g;
  const size = positions.length;
  const moves = new Int32Array(fold * size);
  const blocks: number[] = [];
  for (let start = 0; start < size; start += block) blocks.push(Math.min(block, size - start), start);
  let before = 0;
  for (let l = 0; l < moves.length; l++) {
    if (fold === 1 && l % block === 0) before = 0;
    const at = copies ? (l % block) * SIDE : positions[l % size]! + Math.floor(l / size) * imageStep;
    moves[l] = 4 * (at - before);
    before = at;
  }
  found = { moves, blocks: Int32Array.from(blocks) };
  cache.set(g, found);
  return found;
}
