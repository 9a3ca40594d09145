import type { ConvGeometry } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import { Area } from "./area.ts";
import { isPadded } from "./product.ts";

const SPEED = 40;

/** Whether the unfolded image is the image: a product of matrices. */
export function isPointwise(g: ConvGeometry): boolean {
  return g.taps.length === g.inChannels && !isPadded(g) && g.stride.every((s) => s === 1);
}

/** Whether {@link gemmWeight} suits: long sums that need no unfolding. */
export function isLong(g: ConvGeometry): boolean {
  return isPointwise(g) && g.positions.length >= LONG;
}

/** Terms of a product from which it repays to sum up images one by one. */
const LONG = 256;
/** Parts of the sum, whatever the number of threads, of so many terms at least, and floats of all of them. */
const PARTS = 8;
const LEAST = 2048;
const PARTIAL = 1 << 22;

/** Gradient of the weight of a convolution with kernels of size 1; false when there is no room. */
export function gemmWeight(engine: Engine, g: ConvGeometry, x: number, grad: number, out: number): boolean {
  const { exports, heap, threads } = engine;
  const { groups, batch, inChannels: n, outChannels: m } = g;
  const size = g.positions.length;
  const results = groups * m * n;
  const wanted = Math.max(1, Math.min(PARTS, Math.floor((batch * size) / LEAST), Math.floor(PARTIAL / results)));
  const images = Math.ceil(batch / wanted);
  const cuts = batch >= wanted ? 1 : Math.ceil(wanted / batch);
  const terms = Math.ceil(size / cuts / 4) * 4;
  const parts: (readonly [image: number, images: number, term: number, terms: number])[] = [];
  for (let i = 0; i < batch; i += images)
    for (let t = 0; t < size; t += terms) parts.push([i, Math.min(images, batch - i), t, Math.min(terms, size - t)]);
  const area = new Area();
  const partial = area.part(4 * parts.length * results);
  const stride = Math.ceil(exports.gemmScratch() / 64) * 64;
  const work = area.part(threads.count * stride);
  if (!area.take(engine)) return false;
  const sums = area.at(partial);
  heap.floats.fill(0, sums >> 2, (sums >> 2) + parts.length * results);
  const calls = parts.flatMap(([image, images, term, terms], part) =>
    Array.from({ length: groups }, (_, group) => {
      const c = sums + 4 * (part * results + group * m * n);
      const a = grad + 4 * ((image * groups + group) * m * size + term);
      const b = x + 4 * ((image * groups + group) * n * size + term);
      const [aBatch, bBatch] = [4 * groups * m * size, 4 * groups * n * size];
      const matrices = [images, m, n, terms, a, aBatch, 4 * size, 4, b, bBatch, 4, 4 * size];
      return [0, ...matrices, c, 0, 4 * n, c, 0, 4 * n, 1, 0, 0];
    }),
  );
  threads.share("productF32", calls, (2 * results * size * batch) / SPEED, { at: 20, base: area.at(work), stride });
  exports.sumColumns(parts.length, results, 4 * results, sums, out, 1);
  return true;
}

/** Convolution with kernels of size 1, or (`back`) the gradient of its input. */
export function gemmForward(
  engine: Engine,
  g: ConvGeometry,
  x: number,
  w: number,
  bias: number,
  out: number,
  back: boolean,
): boolean {
  const { exports, threads } = engine;
  const { groups, batch } = g;
  const [m, k] = back ? [g.inChannels, g.outChannels] : [g.outChannels, g.inChannels];
  const size = g.positions.length;
  const area = new Area();
  const packedBytes = Math.ceil(exports.packedBytes(1, m, k, 4) / 64) * 64;
  const packed = area.part(groups * packedBytes);
  const stride = Math.ceil(exports.gemmScratch() / 64) * 64;
  const work = area.part(threads.count * stride);
  if (!area.take(engine)) return false;
  const at = area.at(packed);
  const strips = exports.stripsShared(0, 1, m);
  for (let group = 0; group < groups; group++) {
    const from = w + 4 * group * m * k;
    const [row, column] = back ? [4, 4 * m] : [4 * k, 4];
    exports.packShared(0, 0, 1, m, k, 0, strips, from, row, column, 1, at + group * packedBytes);
  }
  const cost = (2 * m * k * size * groups * batch) / SPEED;
  const columns = threads.split(size, batch * groups >= 2 * threads.count ? 0 : cost, 64);
  const calls: number[][] = [];
  for (let block = 0; block < batch * groups; block++) {
    const group = block % groups;
    const c = out + 4 * block * m * size;
    if (bias !== 0) exports.fillRows(m, size, bias + 4 * group * m, c);
    for (const [from, to] of columns) {
      calls.push([
        m,
        to - from,
        k,
        at + group * packedBytes,
        x + 4 * (block * k * size + from),
        4 * size,
        4,
        c + 4 * from,
        4 * size,
        bias === 0 ? 0 : 1,
        0,
      ]);
    }
  }
  threads.run("gemmPacked", calls, { at: 10, base: area.at(work), stride });
  return true;
}
