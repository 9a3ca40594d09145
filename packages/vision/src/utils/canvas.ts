import { from_numpy, type Tensor, uint8, ValueError } from "@tt/core";
import type { RGB } from "./colors.ts";
import { hasInk, LETTER_HEIGHT, LETTER_WIDTH } from "./font.ts";

/** A tensor of bytes, [1 or 3, H, W], to draw on as Pillow draws. */
export class Canvas {
  private readonly planes: Uint8Array;
  readonly width: number;
  readonly height: number;

  constructor(image: Tensor) {
    const [channels, height, width] = image.shape as [number, number, number];
    this.height = height;
    this.width = width;
    const source = image.to("cpu").contiguous().numpy() as Uint8Array;
    const plane = height * width;
    this.planes = new Uint8Array(3 * plane);
    for (let c = 0; c < 3; c++) {
      const from = channels === 1 ? 0 : c * plane;
      this.planes.set(source.subarray(from, from + plane), c * plane);
    }
  }

  tensor(): Tensor {
    return from_numpy(this.planes.slice()).view(3, this.height, this.width);
  }

  /** Mixes a colour into a pixel, with an opacity of [0, 255]. */
  point(x: number, y: number, color: RGB, opacity = 255): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = y * this.width + x;
    for (let c = 0; c < 3; c++) {
      const place = c * this.width * this.height + at;
      const mixed = this.planes[place]! * (255 - opacity) + color[c]! * opacity + 128;
      this.planes[place] = ((mixed >> 8) + mixed) >> 8;
    }
  }

  /** A row from `x0` to `x1`, both included. */
  row(y: number, x0: number, x1: number, color: RGB, opacity = 255): void {
    for (let x = Math.max(0, x0); x <= Math.min(this.width - 1, x1); x++) this.point(x, y, color, opacity);
  }

  /** A frame `width` pixels wide, inwards from the corners. */
  frame(corners: readonly number[], width: number, color: RGB): void {
    const [x0, y0, x1, y1] = corners as [number, number, number, number];
    for (let i = 0; i < width; i++) {
      this.row(y0 + i, x0, x1, color);
      this.row(y1 - i, x0, x1, color);
      for (let y = y0 + width; y <= y1 - width + 1; y++) {
        this.point(x1 - i, y, color);
        this.point(x0 + i, y, color);
      }
    }
  }

  /** A filled rectangle. */
  fill(corners: readonly number[], color: RGB, opacity: number): void {
    const [x0, y0, x1, y1] = corners as [number, number, number, number];
    for (let y = y0; y <= y1; y++) this.row(y, x0, x1, color, opacity);
  }

  /** A filled circle: of the points next to an ellipse those nearest to it bound the rows (Pillow, Draw.c). */
  disc(x: number, y: number, radius: number, color: RGB): void {
    if (radius === 0) return;
    const size = 2 * radius;
    const off = (a: number, b: number): number => Math.abs(size * size * (a * a + b * b - size * size));
    let [cx, cy] = [size, 0];
    let row = -1;
    for (;;) {
      if (cy !== row) {
        row = cy;
        for (const side of cy === 0 ? [0] : [-cy, cy]) this.row(y + side / 2, x - cx / 2, x + cx / 2, color);
      }
      if (cx === 0 && cy === size) return;
      const steps: (readonly [number, number])[] = [[cx, cy + 2]];
      if (cx > 1) steps.push([cx - 2, cy + 2], [cx - 2, cy]);
      let best = steps[0]!;
      for (const step of steps) if (off(...step) < off(...best)) best = step;
      [cx, cy] = best;
      if (cy > size) return;
    }
  }

  /** Lines of text in Pillow's fixed letters, from their upper left corner. */
  text(x: number, y: number, text: string, color: RGB): void {
    text.split("\n").forEach((line, i) => {
      Array.from(line).forEach((letter, j) => {
        for (let row = 0; row < LETTER_HEIGHT; row++) {
          for (let column = 0; column < LETTER_WIDTH; column++) {
            const [px, py] = [x + j * LETTER_WIDTH + column, y + i * (LETTER_HEIGHT + 4) + row];
            if (hasInk(letter, column, row)) this.point(px, py, color);
          }
        }
      });
    });
  }

  /** A line `width` pixels wide. */
  line([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number], width: number, color: RGB): void {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length2 = dx * dx + dy * dy;
    const half = width / 2;
    for (let y = Math.floor(Math.min(y0, y1) - half); y <= Math.max(y0, y1) + half; y++) {
      for (let x = Math.floor(Math.min(x0, x1) - half); x <= Math.max(x0, x1) + half; x++) {
        const t = length2 === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / length2;
        if (t < 0 || t > 1) continue;
        if (Math.hypot(x - x0 - t * dx, y - y0 - t * dy) < half) this.point(x, y, color);
      }
    }
  }
}

/** @throws ValueError for what is not a single image of bytes with these numbers of channels */
export function requireBytes(image: Tensor, channels: readonly number[], wrong: string): void {
  if (image.dtype !== uint8) throw new ValueError(`Tensor uint8 expected, got ${image.dtype.toString()}`);
  if (image.ndim !== 3) throw new ValueError("Pass individual images, not batches");
  if (!channels.includes(image.shape[0]!)) throw new ValueError(wrong);
}
