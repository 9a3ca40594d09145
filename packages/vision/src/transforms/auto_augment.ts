/** Augmentations by policies that were learned, or that need no learning. */
import { arange, linspace, rand } from "@tt/core";
import { type Arguments, bind } from "../arguments.ts";
import { show } from "../python.ts";
import {
  adjust_brightness,
  adjust_contrast,
  adjust_saturation,
  adjust_sharpness,
  autocontrast,
  equalize,
  invert,
  posterize,
  solarize,
} from "./color.ts";
import { affine, get_dimensions, rotate } from "./geometry.ts";
import { type AutoAugmentPolicy, POLICIES } from "./policies.ts";
import { drawInteger } from "./sizes.ts";
import { PictureTransform } from "./transform.ts";
import type { Fill, InterpolationMode, Picture } from "./types.ts";
import { fillFor } from "./warps.ts";

interface How {
  readonly interpolation: InterpolationMode;
  readonly fill: Fill;
}

type Operation = <P extends Picture>(img: P, magnitude: number, how: How) => P;

const still = { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0] };
const degrees = (slope: number): number => (Math.atan(slope) * 180) / Math.PI;

/** What the names of policies do. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  ShearX: (img, m, how) => affine(img, { ...still, shear: [degrees(m), 0], center: [0, 0], ...how }),
  ShearY: (img, m, how) => affine(img, { ...still, shear: [0, degrees(m)], center: [0, 0], ...how }),
  TranslateX: (img, m, how) => affine(img, { ...still, translate: [Math.trunc(m), 0], ...how }),
  TranslateY: (img, m, how) => affine(img, { ...still, translate: [0, Math.trunc(m)], ...how }),
  Rotate: (img, m, how) => rotate(img, { angle: m, ...how }),
  Brightness: (img, m) => adjust_brightness(img, 1 + m),
  Color: (img, m) => adjust_saturation(img, 1 + m),
  Contrast: (img, m) => adjust_contrast(img, 1 + m),
  Sharpness: (img, m) => adjust_sharpness(img, 1 + m),
  Posterize: (img, m) => posterize(img, Math.trunc(m)),
  Solarize: (img, m) => solarize(img, m),
  AutoContrast: (img) => autocontrast(img),
  Equalize: (img) => equalize(img),
  Invert: (img) => invert(img),
  Identity: (img) => img,
};

/** The magnitudes of an operation by bins (null: it has none), and whether their sign is drawn. */
export type Space = Readonly<Record<string, readonly [magnitudes: readonly number[] | null, signed: boolean]>>;

function evenly(low: number, high: number, bins: number): number[] {
  return linspace(low, high, { steps: bins }).tolist() as number[];
}

/** Bits that are left, from 8 (or 4 in AugMix) down. */
function bits(from: number, by: number, count: number): number[] {
  const steps = arange(count)
    .div((count - 1) / by)
    .round();
  return steps.neg().add(from).tolist() as number[];
}

interface Ranges {
  readonly shear: number;
  readonly translate: readonly [x: number, y: number];
  readonly rotate: number;
  readonly factor: number;
  readonly bits: readonly [from: number, by: number];
}

/** The operations in the order of torchvision's dictionaries. */
export function spaceOf(bins: number, ranges: Ranges): Space {
  const up = (high: number): readonly [number[], true] => [evenly(0, high, bins), true];
  return {
    Identity: [null, false],
    ShearX: up(ranges.shear),
    ShearY: up(ranges.shear),
    TranslateX: up(ranges.translate[0]),
    TranslateY: up(ranges.translate[1]),
    Rotate: up(ranges.rotate),
    Brightness: up(ranges.factor),
    Color: up(ranges.factor),
    Contrast: up(ranges.factor),
    Sharpness: up(ranges.factor),
    Posterize: [bits(...ranges.bits, bins), false],
    Solarize: [evenly(255, 0, bins), false],
    AutoContrast: [null, false],
    Equalize: [null, false],
    Invert: [null, false],
  };
}

function without(space: Space, ...names: readonly string[]): Space {
  return Object.fromEntries(Object.entries(space).filter(([name]) => !names.includes(name)));
}

/** Moves by up to 150 of 331 pixels, as where the policies were learned. */
function learnedRanges(img: Picture): Ranges {
  const [, height, width] = get_dimensions(img);
  const share = 150 / 331;
  return { shear: 0.3, translate: [share * width, share * height], rotate: 30, factor: 0.9, bits: [8, 4] };
}

interface AutoAugmentArgs {
  policy?: AutoAugmentPolicy;
  interpolation?: InterpolationMode;
  fill?: Fill;
}
const AUTO_AUGMENT = ["policy", "interpolation", "fill"] as const;

/** One of 25 learned pairs of operations (Cubuk et al. 2018). */
export class AutoAugment extends PictureTransform {
  readonly policy: AutoAugmentPolicy;
  readonly interpolation: InterpolationMode;
  readonly fill: Fill;

  constructor(...args: Arguments<AutoAugmentArgs, typeof AUTO_AUGMENT>) {
    super();
    const defaults = { policy: "imagenet", interpolation: "nearest", fill: null } as const;
    const o = bind<AutoAugmentArgs>("AutoAugment.__init__()", AUTO_AUGMENT, defaults, args);
    this.policy = o.policy;
    this.interpolation = o.interpolation;
    this.fill = o.fill;
  }

  override forward<P extends Picture>(img: P): P {
    const how = { interpolation: this.interpolation, fill: fillFor(img, this.fill) };
    const policies = POLICIES[this.policy];
    const chosen = policies[drawInteger(0, policies.length)]!;
    const chances = rand(2).tolist() as number[];
    const signs = [drawInteger(0, 2), drawInteger(0, 2)];
    const space = spaceOf(10, learnedRanges(img));
    return chosen.reduce((picture, [name, p, bin], i) => {
      if (chances[i]! > Math.fround(p)) return picture;
      const [magnitudes, signed] = space[name]!;
      const magnitude = bin === null ? 0 : magnitudes![bin]!;
      return OPERATIONS[name]!(picture, signed && signs[i] === 0 ? -magnitude : magnitude, how);
    }, img);
  }

  override toString(): string {
    return `AutoAugment(policy=AutoAugmentPolicy.${this.policy.toUpperCase()}, fill=${show(this.fill)})`;
  }
}

/** An operation drawn from `space`, whose magnitude is that of `bin`. */
export function applyOne<P extends Picture>(img: P, space: Space, bin: (bins: number) => number, how: How): P {
  const names = Object.keys(space);
  const name = names[drawInteger(0, names.length)]!;
  const [magnitudes, signed] = space[name]!;
  let magnitude = magnitudes === null ? 0 : magnitudes[bin(magnitudes.length)]!;
  if (signed && drawInteger(0, 2) !== 0) magnitude *= -1;
  return OPERATIONS[name]!(img, magnitude, how);
}

interface RandAugmentArgs {
  num_ops?: number;
  magnitude?: number;
  num_magnitude_bins?: number;
  interpolation?: InterpolationMode;
  fill?: Fill;
}
const RAND_AUGMENT = ["num_ops", "magnitude", "num_magnitude_bins", "interpolation", "fill"] as const;

export const modeText = (mode: InterpolationMode): string => `InterpolationMode.${mode.toUpperCase()}`;

/** `num_ops` random operations, all of one magnitude (Cubuk et al. 2019). */
export class RandAugment extends PictureTransform {
  readonly num_ops: number;
  readonly magnitude: number;
  readonly num_magnitude_bins: number;
  readonly interpolation: InterpolationMode;
  readonly fill: Fill;

  constructor(...args: Arguments<RandAugmentArgs, typeof RAND_AUGMENT>) {
    super();
    const o = bind<RandAugmentArgs>(
      "RandAugment.__init__()",
      RAND_AUGMENT,
      { num_ops: 2, magnitude: 9, num_magnitude_bins: 31, interpolation: "nearest", fill: null },
      args,
    );
    this.num_ops = o.num_ops;
    this.magnitude = o.magnitude;
    this.num_magnitude_bins = o.num_magnitude_bins;
    this.interpolation = o.interpolation;
    this.fill = o.fill;
  }

  override forward<P extends Picture>(img: P): P {
    const how = { interpolation: this.interpolation, fill: fillFor(img, this.fill) };
    const space = without(spaceOf(this.num_magnitude_bins, learnedRanges(img)), "Invert");
    let picture = img;
    for (let i = 0; i < this.num_ops; i++) picture = applyOne(picture, space, () => this.magnitude, how);
    return picture;
  }

  override toString(): string {
    return `RandAugment(num_ops=${this.num_ops}, magnitude=${this.magnitude}, num_magnitude_bins=${this.num_magnitude_bins}, interpolation=${modeText(this.interpolation)}, fill=${show(this.fill)})`;
  }
}

interface TrivialAugmentArgs {
  num_magnitude_bins?: number;
  interpolation?: InterpolationMode;
  fill?: Fill;
}
const TRIVIAL_AUGMENT = ["num_magnitude_bins", "interpolation", "fill"] as const;

/** One random operation of random magnitude (Mueller and Hutter 2021). */
export class TrivialAugmentWide extends PictureTransform {
  readonly num_magnitude_bins: number;
  readonly interpolation: InterpolationMode;
  readonly fill: Fill;

  constructor(...args: Arguments<TrivialAugmentArgs, typeof TRIVIAL_AUGMENT>) {
    super();
    const o = bind<TrivialAugmentArgs>(
      "TrivialAugmentWide.__init__()",
      TRIVIAL_AUGMENT,
      { num_magnitude_bins: 31, interpolation: "nearest", fill: null },
      args,
    );
    this.num_magnitude_bins = o.num_magnitude_bins;
    this.interpolation = o.interpolation;
    this.fill = o.fill;
  }

  override forward<P extends Picture>(img: P): P {
    const how = { interpolation: this.interpolation, fill: fillFor(img, this.fill) };
    const ranges: Ranges = { shear: 0.99, translate: [32, 32], rotate: 135, factor: 0.99, bits: [8, 6] };
    const space = without(spaceOf(this.num_magnitude_bins, ranges), "Invert");
    return applyOne(img, space, (bins) => drawInteger(0, bins), how);
  }

  override toString(): string {
    return `TrivialAugmentWide(num_magnitude_bins=${this.num_magnitude_bins}, interpolation=${modeText(this.interpolation)}, fill=${show(this.fill)})`;
  }
}
