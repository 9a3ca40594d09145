import { Dataset } from "@tt/data";

/** A function applied to images or labels. */
export type Apply<I, O> = (input: I) => O;

export interface VisionOptions<I, X, Y> {
  /** Applied to each image. */
  readonly transform?: Apply<I, X> | null;
  /** Applied to each label. */
  readonly target_transform?: Apply<number, Y> | null;
}

/** Base class of datasets of images with labels. */
export abstract class VisionDataset<I, X, Y> extends Dataset<[image: X, target: Y]> {
  /** Where the files are; null when there are none. */
  readonly root: string | null;
  readonly transform: Apply<I, X> | null;
  readonly target_transform: Apply<number, Y> | null;

  constructor(root: string | null, { transform = null, target_transform = null }: VisionOptions<I, X, Y>) {
    super();
    this.root = root;
    this.transform = transform;
    this.target_transform = target_transform;
  }

  /** The image at `index` before any transform. */
  protected abstract image(index: number): I;
  protected abstract label(index: number): number;

  /** The image and its label, transformed. */
  override at(index: number): [image: X, target: Y] {
    const { length } = this;
    const place = index < 0 ? length + index : index;
    if (place < 0 || place >= length)
      throw new RangeError(`index ${index} is out of bounds for dimension 0 with size ${length}`);
    const image = this.image(place);
    const label = this.label(place);
    return [
      this.transform === null ? (image as unknown as X) : this.transform(image),
      this.target_transform === null ? (label as unknown as Y) : this.target_transform(label),
    ];
  }

  /** Lines that a dataset adds to its text. */
  extra_repr(): string {
    return "";
  }

  /** torchvision's text of the dataset. */
  override toString(): string {
    const body = [`Number of datapoints: ${this.length}`];
    if (this.root !== null) body.push(`Root location: ${this.root}`);
    const extra = this.extra_repr();
    if (extra !== "") body.push(...extra.split("\n"));
    if (this.transform !== null || this.target_transform !== null) {
      const lines = ["StandardTransform"];
      if (this.transform !== null) lines.push(hanging("Transform: ", String(this.transform)));
      if (this.target_transform !== null) lines.push(hanging("Target transform: ", String(this.target_transform)));
      body.push(lines.join("\n"));
    }
    return [`Dataset ${this.constructor.name}`, ...body.map((line) => `    ${line}`)].join("\n");
  }
}

Object.defineProperty(VisionDataset.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: VisionDataset<unknown, unknown, unknown>): string {
    return this.toString();
  },
});

function hanging(head: string, text: string): string {
  return head + text.split("\n").join(`\n${" ".repeat(head.length)}`);
}
