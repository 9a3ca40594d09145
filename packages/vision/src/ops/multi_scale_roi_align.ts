import { cat, pyRepr, type Tensor, ValueError } from "@tt/core";
import { Module } from "@tt/nn";
import { box_area } from "./boxes.ts";
import { roi_align } from "./roi.ts";

export interface MultiScaleRoIAlignOptions {
  /** Side of a region that belongs to the canonical level. */
  canonical_scale?: number;
  canonical_level?: number;
}

/** What the levels of a pyramid are to the images, as the first call finds out. */
interface Levels {
  readonly scales: readonly number[];
  readonly first: number;
  readonly last: number;
}

const EPSILON = 1e-6;

/**
 * {@link roi_align} on the level of a pyramid that fits a region's size (Lin et al. 2016, equation 1).
 * @example
 * ```ts
 * import { rand, tensor } from "@tt/core";
 * import { ops } from "@tt/vision";
 * const pool = new ops.MultiScaleRoIAlign(["large", "small"], 3, 2);
 * const maps = { large: rand(1, 5, 64, 64), small: rand(1, 5, 16, 16) };
 * pool(maps, [tensor([[0, 0, 30, 40]])], [[512, 512]]).shape; // [1, 5, 3, 3]
 * ```
 */
export class MultiScaleRoIAlign extends Module {
  readonly featmap_names: readonly string[];
  readonly output_size: readonly [number, number];
  readonly sampling_ratio: number;
  readonly canonical_scale: number;
  readonly canonical_level: number;
  #levels: Levels | null = null;

  constructor(
    featmap_names: readonly string[],
    output_size: number | readonly [number, number],
    sampling_ratio: number,
    { canonical_scale = 224, canonical_level = 4 }: MultiScaleRoIAlignOptions = {},
  ) {
    super();
    this.featmap_names = featmap_names;
    this.output_size = typeof output_size === "number" ? [output_size, output_size] : output_size;
    this.sampling_ratio = sampling_ratio;
    this.canonical_scale = canonical_scale;
    this.canonical_level = canonical_level;
  }

  /**
   * @param x - feature maps by name, [N, C, H, W] each
   * @param boxes - for each image its regions, [L, 4], in pixels of the image
   * @param image_shapes - height and width of the images
   * @returns [regions of all images, C, output height, output width]
   */
  override forward(
    x: Readonly<Record<string, Tensor>>,
    boxes: readonly Tensor[],
    image_shapes: readonly (readonly [number, number])[],
  ): Tensor {
    const maps = Object.entries(x).flatMap(([name, map]) => (this.featmap_names.includes(name) ? [map] : []));
    const { scales, first, last } = (this.#levels ??= levelsOf(maps, image_shapes));
    const rois = cat(
      boxes.map((b, i) => cat([b.narrow(1, 0, 1).mul(0).add(i), b], 1)),
      0,
    );
    const align = (map: Tensor, regions: Tensor, scale: number): Tensor =>
      roi_align(map, regions, this.output_size, scale, this.sampling_ratio);
    if (maps.length === 1) return align(maps[0]!, rois, scales[0]!);
    const size = cat(boxes.map(box_area), 0).sqrt();
    const level = size.div(this.canonical_scale).log2().add(this.canonical_level).add(EPSILON).floor();
    const place = level.clamp(first, last).sub(first);
    const result = maps[0]!.new_zeros([rois.shape[0]!, maps[0]!.shape[1]!, ...this.output_size]);
    return maps.reduce((found, map, i) => {
      const mine = place.eq(i).nonzero().squeeze(1);
      return found.index_copy(0, mine, align(map, rois.index_select(0, mine), scales[i]!).to(found.dtype));
    }, result);
  }

  override toString(): string {
    return `MultiScaleRoIAlign(featmap_names=[${this.featmap_names.map((name) => pyRepr(name)).join(", ")}], output_size=(${this.output_size.join(", ")}), sampling_ratio=${this.sampling_ratio})`;
  }
}

function levelsOf(maps: readonly Tensor[], images: readonly (readonly [number, number])[]): Levels {
  if (images.length === 0) throw new ValueError("images list should not be empty");
  const height = Math.max(...images.map(([h]) => h));
  // Each level halves the one before, so scales are powers of two.
  const scales = maps.map((map) => 2 ** Math.round(Math.log2(map.shape.at(-2)! / height)));
  return { scales, first: -Math.log2(scales[0]!), last: -Math.log2(scales.at(-1)!) };
}
