/** Augmentations mixed with each other and with the image. */
import { pyFloat, type Tensor, tensor, ValueError } from "@tt/core";
import { _sample_dirichlet } from "@tt/core/statistics";
import { type Arguments, bind } from "../arguments.ts";
import { Image } from "../image/image.ts";
import { show } from "../python.ts";
import { applyOne, modeText, type Space, spaceOf } from "./auto_augment.ts";
import { pil_to_tensor, to_pil_image } from "./conversion.ts";
import { drawInteger } from "./sizes.ts";
import { PictureTransform } from "./transform.ts";
import type { Fill, InterpolationMode, Picture } from "./types.ts";
import { fillFor } from "./warps.ts";

/** torchvision's order of the operations; those after the ninth are left out unless `all_ops`. */
const NAMES = [
  "ShearX",
  "ShearY",
  "TranslateX",
  "TranslateY",
  "Rotate",
  "Posterize",
  "Solarize",
  "AutoContrast",
  "Equalize",
  "Brightness",
  "Color",
  "Contrast",
  "Sharpness",
];
const BINS = 10;

interface AugMixArgs {
  /** Strength of the operations, 1 to 10. */
  severity?: number;
  /** Chains of operations that are mixed. */
  mixture_width?: number;
  /** Operations of a chain; 1 to 3, drawn, if negative. */
  chain_depth?: number;
  /** Of the distributions of the weights. */
  alpha?: number;
  all_ops?: boolean;
  interpolation?: InterpolationMode;
  fill?: Fill;
}
const AUG_MIX = ["severity", "mixture_width", "chain_depth", "alpha", "all_ops", "interpolation", "fill"] as const;
const DEFAULTS = {
  severity: 3,
  mixture_width: 3,
  chain_depth: -1,
  alpha: 1,
  all_ops: true,
  interpolation: "bilinear",
  fill: null,
} as const;

/** A mixture of an image and chains of random operations on it (Hendrycks et al. 2019); images of bytes. */
export class AugMix extends PictureTransform {
  readonly severity: number;
  readonly mixture_width: number;
  readonly chain_depth: number;
  readonly alpha: number;
  readonly all_ops: boolean;
  readonly interpolation: InterpolationMode;
  readonly fill: Fill;

  /** @throws ValueError for a severity that is not 1 to 10 */
  constructor(...args: Arguments<AugMixArgs, typeof AUG_MIX>) {
    super();
    const o = bind<AugMixArgs>("AugMix.__init__()", AUG_MIX, DEFAULTS, args);
    if (o.severity < 1 || o.severity > BINS) {
      throw new ValueError(`The severity must be between [1, ${BINS}]. Got ${o.severity} instead.`);
    }
    this.severity = o.severity;
    this.mixture_width = o.mixture_width;
    this.chain_depth = o.chain_depth;
    this.alpha = o.alpha;
    this.all_ops = o.all_ops;
    this.interpolation = o.interpolation;
    this.fill = o.fill;
  }

  private spaceFor(height: number, width: number): Space {
    const ranges = { shear: 0.3, translate: [width / 3, height / 3], rotate: 30, factor: 0.9, bits: [4, 4] } as const;
    const all = spaceOf(BINS, ranges);
    return Object.fromEntries(NAMES.slice(0, this.all_ops ? NAMES.length : 9).map((name) => [name, all[name]!]));
  }

  override forward<P extends Picture>(img: P): P {
    const picture: Tensor = img instanceof Image ? pil_to_tensor(img) : img;
    const how = { interpolation: this.interpolation, fill: fillFor(img, this.fill) };
    const batch =
      picture.ndim < 4 ? picture.view(...new Array<number>(4 - picture.ndim).fill(1), ...picture.shape) : picture;
    const count = batch.shape[0]!;
    const space = this.spaceFor(batch.shape.at(-2)!, batch.shape.at(-1)!);
    const weights = (n: number): Tensor =>
      _sample_dirichlet(tensor(new Float32Array(n).fill(this.alpha), { device: batch.device }).expand(count, n));
    const perImage = (t: Tensor): Tensor => t.view(count, ...new Array<number>(batch.ndim - 1).fill(1));
    const parts = weights(2);
    const shares = weights(this.mixture_width).mul(parts.select(1, 1).view(count, -1));
    const mix = perImage(parts.select(1, 0)).mul(batch);
    for (let i = 0; i < this.mixture_width; i++) {
      let chain = batch;
      const depth = this.chain_depth > 0 ? this.chain_depth : drawInteger(1, 4);
      for (let k = 0; k < depth; k++) chain = applyOne(chain, space, () => drawInteger(0, this.severity), how);
      mix.add_(perImage(shares.select(1, i)).mul(chain));
    }
    const result = mix.view(picture.shape).to(picture.dtype);
    return (img instanceof Image ? to_pil_image(result) : result) as P;
  }

  override toString(): string {
    const { severity, mixture_width, chain_depth, alpha, all_ops, interpolation, fill } = this;
    return `AugMix(severity=${severity}, mixture_width=${mixture_width}, chain_depth=${chain_depth}, alpha=${pyFloat(alpha)}, all_ops=${show(all_ops)}, interpolation=${modeText(interpolation)}, fill=${show(fill)})`;
  }
}
