/**
 * Stroke digits: an MNIST look-alike computed by formula. Only + - * / sqrt, floor and comparisons
 * on doubles are used, all exactly rounded, so every byte equals what the Python version writes.
 */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Point = readonly [number, number];

/** Each digit: polylines on a 20 x 20 board, x to the right, y downwards. */
const STROKES: readonly (readonly Point[])[] = [
  [
    [10, 2],
    [5, 4],
    [3, 10],
    [5, 16],
    [10, 18],
    [15, 16],
    [17, 10],
    [15, 4],
    [10, 2],
  ],
  [
    [6, 5],
    [10, 2],
    [10, 18],
  ],
  [
    [4, 6],
    [6, 3],
    [10, 2],
    [14, 3],
    [16, 6],
    [14, 10],
    [4, 18],
    [16, 18],
  ],
  [
    [4, 4],
    [10, 2],
    [15, 5],
    [14, 8],
    [9, 10],
    [15, 12],
    [15, 16],
    [10, 18],
    [4, 16],
  ],
  [
    [12, 18],
    [12, 2],
    [3, 13],
    [17, 13],
  ],
  [
    [15, 2],
    [6, 2],
    [5, 9],
    [11, 8],
    [16, 12],
    [14, 17],
    [9, 18],
    [4, 16],
  ],
  [
    [14, 3],
    [9, 3],
    [5, 8],
    [4, 14],
    [8, 18],
    [14, 17],
    [16, 13],
    [12, 10],
    [6, 12],
  ],
  [
    [4, 2],
    [16, 2],
    [9, 18],
  ],
  [
    [10, 10],
    [5, 7],
    [6, 3],
    [10, 2],
    [14, 3],
    [15, 7],
    [10, 10],
    [4, 14],
    [6, 17],
    [10, 18],
    [14, 17],
    [16, 14],
    [10, 10],
  ],
  [
    [14, 8],
    [8, 10],
    [4, 7],
    [6, 3],
    [11, 2],
    [15, 5],
    [14, 12],
    [11, 18],
  ],
];

/** state <- 1664525 state + 1013904223 mod 2^32. */
class Lcg {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** The next number in [0, 1): the upper 24 bits of the state over 2^24. */
  unit(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return (this.state >>> 8) / 16777216;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }
}

function clamp01(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

/** Image `index` of the endless set, `size` x `size` bytes; it shows the digit `index` mod 10. */
export function draw(index: number, size = 28): Uint8Array {
  const rng = new Lcg(Math.imul(index, 2654435761) + 12345);
  for (let i = 0; i < 4; i++) rng.unit();
  const unit = size / 28;
  const scaleX = rng.between(0.75, 1.1) * unit;
  const scaleY = rng.between(0.75, 1.1) * unit;
  const shear = rng.between(-0.3, 0.3);
  const turn = rng.between(-0.2, 0.2);
  const shiftX = rng.between(-2.5, 2.5) * unit;
  const shiftY = rng.between(-2.5, 2.5) * unit;
  const radius = rng.between(0.6, 1.5) * unit;
  const ink = rng.between(0.7, 1);
  const centre = size / 2;

  const points = STROKES[index % 10]!.map(([x, y]): Point => {
    const jx = rng.between(-1, 1);
    const jy = rng.between(-1, 1);
    const bx = x + jx - 10;
    const by = y + jy - 10;
    return [centre + shiftX + scaleX * (bx + shear * by), centre + shiftY + scaleY * (by + turn * bx)];
  });
  const best = new Float64Array(size * size).fill(1e9);
  for (let i = 1; i < points.length; i++) stroke(best, size, points[i - 1]!, points[i]!);
  return Uint8Array.from(best, (d2) => Math.floor(clamp01(radius + 0.5 - Math.sqrt(d2)) * ink * 255 + 0.5));
}

/** Lowers every pixel's squared distance to that from the segment a-b. */
function stroke(best: Float64Array, size: number, [ax, ay]: Point, [bx, by]: Point): void {
  const dx = bx - ax;
  const dy = by - ay;
  const length2 = dx * dx + dy * dy + 1e-12;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const px = column + 0.5;
      const py = row + 0.5;
      const t = clamp01(((px - ax) * dx + (py - ay) * dy) / length2);
      const ex = px - (ax + t * dx);
      const ey = py - (ay + t * dy);
      const d2 = ex * ex + ey * ey;
      if (d2 < best[row * size + column]!) best[row * size + column] = d2;
    }
  }
}

/** Images first .. first + count - 1, and their digits. */
export function make(first: number, count: number, size = 28): { images: Uint8Array; labels: Uint8Array } {
  const images = new Uint8Array(count * size * size);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    images.set(draw(first + i, size), i * size * size);
    labels[i] = (first + i) % 10;
  }
  return { images, labels };
}

/** An IDX file of bytes: magic number, big-endian sizes, data. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** The four IDX files of a train and a test set, by name. Test images start at 1 000 000. */
export function mnistFiles(train = 6000, test = 1000): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [split, first, count] of [
    ["train", 0, train],
    ["t10k", 1000000, test],
  ] as const) {
    const { images, labels } = make(first, count);
    files.set(`${split}-images-idx3-ubyte`, idx([count, 28, 28], images));
    files.set(`${split}-labels-idx1-ubyte`, idx([count], labels));
  }
  return files;
}

/** Writes `folder/MNIST/raw/...`, which `datasets.MNIST(folder)` reads; SHA-256 of each file by name. */
export function write_mnist(folder: string, train = 6000, test = 1000): Map<string, string> {
  const raw = join(folder, "MNIST", "raw");
  mkdirSync(raw, { recursive: true });
  const sums = new Map<string, string>();
  for (const [name, bytes] of mnistFiles(train, test)) {
    writeFileSync(join(raw, name), bytes);
    sums.set(name, createHash("sha256").update(bytes).digest("hex"));
  }
  return sums;
}
