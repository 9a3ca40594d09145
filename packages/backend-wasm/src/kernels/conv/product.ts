import type { ConvGeometry } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import { Area, putSteps, putTable } from "./area.ts";

/** Terms of a block at most, as in assembly/conv_pack.ts. */
const BLOCK = 320;
/** Rows of a tile at most. */
const ROWS = 6;
/** Bytes of padded images that are worked on together, so that weights are read from cache. */
const CHUNK = 512 * 1024;
/** Floating-point operations in a nanosecond, roughly. */
const SPEED = 35;

/** Where a float of the packed operand comes from: see packTerms. Counts, then steps in bytes. */
export interface Source {
  readonly rows: readonly [number, number];
  readonly terms: readonly [number, number];
  readonly rowSteps: readonly [number, number];
  readonly termSteps: readonly [number, number];
  /** Of the first entry of a group, from the tensor's address. */
  readonly start: (group: number) => number;
}

/** One product for each image and group: see assembly/conv.ts. Tables are offsets in floats. */
export interface Product {
  readonly batch: number;
  readonly groups: number;
  readonly weight: number;
  readonly source: Source;
  /** The bias's address or 0. */
  readonly bias: number;
  /** What is multiplied, its groups' and images' sizes in floats. */
  readonly b: number;
  readonly bGroup: number;
  readonly steps: Int32Array | number;
  readonly positions: Int32Array | number;
  readonly c: number;
  readonly cGroup: number;
  readonly lines: Int32Array | number;
  readonly places: Int32Array | number;
  /** Number of places. */
  readonly size: number;
  /** The side that has a border: none, what is multiplied, or the result, which is added up. */
  readonly border: "none" | "b" | "c";
  readonly geometry: ConvGeometry;
}

/** Whether an image has to be copied into a larger one with a border. */
export function isPadded(g: ConvGeometry): boolean {
  return g.padded.some((n, d) => n !== g.image[d]);
}

/** Fields that `pad` in assembly/conv.ts reads: channels of all groups, sizes, and steps of the padded image in bytes. */
export function borderOf(g: ConvGeometry): number[] {
  const [, rows, columns] = g.padded;
  const corner = (g.padding[0] * rows + g.padding[1]) * columns + g.padding[2];
  return [g.groups * g.inChannels, ...g.image, rows, columns, 4 * corner, 4 * g.paddedPlane];
}

/** Runs the product; false when there is no room. */
export function runProduct(engine: Engine, p: Product): boolean {
  const { exports, heap, threads } = engine;
  const { geometry: g, source, size, groups } = p;
  const m = source.rows[0] * source.rows[1];
  const k = source.terms[0] * source.terms[1];
  const image = p.border === "none" ? 0 : 4 * g.groups * g.paddedSize;
  const chunk = p.border === "none" ? p.batch : Math.max(1, Math.min(p.batch, Math.floor(CHUNK / image)));
  const area = new Area();
  const parts = {
    description: area.part(256),
    identity: area.part(4 * (BLOCK + ROWS)),
    steps: area.part(4 * k),
    positions: area.part(4 * size),
    lines: area.part(4 * m),
    places: area.part(4 * size),
    zeros: area.part(p.bias === 0 ? 4 * groups * Math.max(m, g.inChannels) : 0),
    packed: area.part(4 * groups * m * k),
  };
  const stride = Math.ceil((exports.convScratch() + chunk * image + 128) / 64) * 64;
  const work = area.part(threads.count * stride);
  if (!area.take(engine)) return false;
  const at = (name: keyof typeof parts): number => area.at(parts[name]);
  const { ints, floats } = heap;
  const columns = exports.stripWidth();
  putSteps(ints, at("identity"), BLOCK, 4 * columns);
  ints.fill(0, (at("identity") >> 2) + BLOCK, (at("identity") >> 2) + BLOCK + ROWS);
  for (const name of ["steps", "positions", "lines", "places"] as const) {
    const table = p[name];
    if (typeof table === "number")
      putSteps(ints, at(name), name === "steps" ? k : name === "lines" ? m : size, 4 * table);
    else putTable(ints, at(name), table);
  }
  const bias = p.bias === 0 ? at("zeros") : p.bias;
  if (p.bias === 0) floats.fill(0, bias >> 2, (bias >> 2) + groups * Math.max(m, g.inChannels));
  const packedBytes = 4 * m * k;
  for (let group = 0; group < groups; group++) {
    exports.packTerms(
      ...source.rows,
      ...source.terms,
      p.weight + source.start(group),
      ...source.rowSteps,
      ...source.termSteps,
      at("packed") + group * packedBytes,
    );
  }
  const adds = p.border === "c";
  const plane = g.groups * g.inChannels * g.image[0] * g.image[1] * g.image[2];
  ints.set(
    [
      groups,
      m,
      k,
      size,
      at("packed"),
      packedBytes,
      p.b,
      4 * groups * p.bGroup,
      4 * (p.border === "b" ? g.paddedSize : p.bGroup),
      at("steps"),
      at("positions"),
      1,
      p.c,
      4 * groups * p.cGroup,
      4 * (adds ? g.paddedSize : p.cGroup),
      at("lines"),
      at("places"),
      bias,
      // In padded results every channel starts at its bias, in others every row.
      adds ? 0 : 4 * m,
      p.border === "none" ? 0 : adds ? 2 : 1,
      adds ? p.c : p.b,
      4 * plane,
      image,
      chunk,
      at("identity"),
      adds && g.inChannels < ROWS ? 1 : 0,
      ...borderOf(g),
    ],
    at("description") >> 2,
  );
  const cost = (2 * m * k * size * groups * p.batch) / SPEED;
  const d = at("description");
  const calls =
    p.batch >= 2 * threads.count || adds
      ? threads.split(p.batch, cost).map(([from, to]) => [d, from, to, 0, size, 0])
      : threads.split(size, cost, columns).map(([from, to]) => [d, 0, p.batch, from, to, 0]);
  threads.run("convolve", calls, { at: 5, base: area.at(work), stride });
  return true;
}
