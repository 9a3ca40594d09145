import { Generator, int64, randint, randn, type Tensor, uint8 } from "@tt/core";
import { Image, type ImageMode } from "../image/image.ts";
import { VisionDataset, type VisionOptions } from "./vision_dataset.ts";

export interface FakeDataOptions<X, Y> extends VisionOptions<Image, X, Y> {
  /** Number of images. */
  readonly size?: number;
  /** Channels, height and width. */
  readonly image_size?: readonly [number, number, number];
  readonly num_classes?: number;
  /** Added to the index of an image to seed it. */
  readonly random_offset?: number;
}

const MODES: Readonly<Record<number, ImageMode>> = { 1: "L", 2: "LA", 3: "RGB", 4: "RGBA" };

/**
 * Images of noise with random labels; each depends on its index only.
 * @example
 * ```ts
 * import { datasets } from "@tt/vision";
 * new datasets.FakeData({ size: 3, image_size: [3, 8, 8] }).at(0)[0].size; // [8, 8]
 * ```
 */
export class FakeData<X = Image, Y = number> extends VisionDataset<Image, X, Y> {
  override readonly length: number;
  readonly image_size: readonly [number, number, number];
  readonly num_classes: number;
  readonly random_offset: number;

  constructor(options: FakeDataOptions<X, Y> = {}) {
    super(null, options);
    this.length = options.size ?? 1000;
    this.image_size = options.image_size ?? [3, 224, 224];
    this.num_classes = options.num_classes ?? 10;
    this.random_offset = options.random_offset ?? 0;
  }

  private draw(index: number): { pixels: Tensor; label: number } {
    const generator = new Generator().manual_seed(index + this.random_offset);
    const pixels = randn([...this.image_size], { generator });
    const label = randint(0, this.num_classes, [1], { generator, dtype: int64 }).item();
    return { pixels, label };
  }

  protected override image(index: number): Image {
    const [channels, height, width] = this.image_size;
    // As torchvision converts floats to an image: times 255, cut to a byte.
    const bytes = this.draw(index).pixels.mul(255).to(int64).to(uint8).permute(1, 2, 0).contiguous();
    return new Image(bytes.numpy() as Uint8Array, width, height, MODES[channels]);
  }

  protected override label(index: number): number {
    return this.draw(index).label;
  }
}
