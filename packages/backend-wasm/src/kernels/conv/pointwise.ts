import type { ConvGeometry } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import { Area } from "./area.ts";
import { isPadded } from "./product.ts";

const SPEED = 40;

/** Whether the unfolded image is the image: a product of matrices. */
export function isPointwise(g: ConvGeometry): boolean {
  return g.taps.length === g.inChannels && !isPadded(g) && g.stride.every((s) => s === 1);
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
