import { Dataset } from "@tt/data";
import { Image } from "../image/image.ts";
import { read_image } from "../io/index.ts";
import { builtin, join } from "./files.ts";
import type { Apply, VisionOptions } from "./vision_dataset.ts";

/** File names that `ImageFolder` takes for images: those that can be decoded. */
export const IMG_EXTENSIONS: readonly string[] = [".jpg", ".jpeg", ".png"];

/** Opens one file. */
export type Loader<I> = (path: string) => I | Promise<I>;

export interface FolderOptions<I, X, Y> extends VisionOptions<I, X, Y> {
  /** Opens a file; by default an image, as RGB. */
  readonly loader?: Loader<I>;
  /** Ends of the names of files to take, in lower case. */
  readonly extensions?: readonly string[];
  /** Which files to take, instead of `extensions`. */
  readonly is_valid_file?: (path: string) => boolean;
}

/** An image file in RGB. */
export async function pil_loader(path: string): Promise<Image> {
  const pixels = await read_image(path, "RGB");
  const [, height, width] = pixels.shape as [number, number, number];
  return new Image(pixels.permute(1, 2, 0).contiguous().numpy() as Uint8Array, width, height, "RGB");
}

/**
 * Files in folders, one folder a class: `root/dog/a.ext`, `root/dog/more/b.ext`, `root/cat/c.ext`. Classes are numbered in the
 * order of their names; files are opened when they are asked for.
 */
export class DatasetFolder<I = unknown, X = I, Y = number> extends Dataset<[sample: X, target: Y]> {
  readonly root: string;
  readonly classes: readonly string[];
  readonly class_to_idx: Readonly<Record<string, number>>;
  /** Paths with the numbers of their classes. */
  readonly samples: readonly (readonly [path: string, target: number])[];
  readonly loader: Loader<I>;
  readonly extensions: readonly string[] | null;
  readonly transform: Apply<I, X> | null;
  readonly target_transform: Apply<number, Y> | null;

  /**
   * @throws Error (FileNotFoundError in its text) when there are no classes, or a class has no files
   * @throws TypeError unless there is a loader, and either `extensions` or `is_valid_file`
   */
  constructor(
    root: string,
    { loader, extensions, is_valid_file, transform, target_transform }: FolderOptions<I, X, Y>,
  ) {
    super();
    if (loader === undefined) throw new TypeError("DatasetFolder: a loader is needed");
    if ((extensions === undefined) === (is_valid_file === undefined))
      throw new TypeError("Both extensions and is_valid_file cannot be None or not None at the same time");
    this.root = root;
    this.loader = loader;
    this.extensions = extensions ?? null;
    this.transform = transform ?? null;
    this.target_transform = target_transform ?? null;
    const fs = builtin("node:fs");
    this.classes = fs
      .readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort(byCodePoints);
    if (this.classes.length === 0) throw new Error(`FileNotFoundError: Couldn't find any class folder in ${root}.`);
    this.class_to_idx = Object.fromEntries(this.classes.map((name, i) => [name, i]));
    const takes = is_valid_file ?? ((path: string) => extensions!.some((end) => path.toLowerCase().endsWith(end)));
    const samples: [string, number][] = [];
    const empty: string[] = [];
    for (const [target, name] of this.classes.entries()) {
      const paths = filesBelow(join(root, name)).filter(takes);
      if (paths.length === 0) empty.push(name);
      for (const path of paths) samples.push([path, target]);
    }
    if (empty.length > 0) {
      const ends = extensions === undefined ? "" : ` Supported extensions are: ${extensions.join(", ")}`;
      throw new Error(`FileNotFoundError: Found no valid file for the classes ${empty.join(", ")}.${ends}`);
    }
    this.samples = samples;
  }

  /** Numbers of the classes, file by file. */
  get targets(): number[] {
    return this.samples.map(([, target]) => target);
  }

  override get length(): number {
    return this.samples.length;
  }

  override async at(index: number): Promise<[sample: X, target: Y]> {
    const found = this.samples.at(index);
    if (found === undefined)
      throw new RangeError(`index ${index} is out of bounds for dimension 0 with size ${this.length}`);
    const [path, target] = found;
    const sample = await this.loader(path);
    return [
      this.transform === null ? (sample as unknown as X) : this.transform(sample),
      this.target_transform === null ? (target as unknown as Y) : this.target_transform(target),
    ];
  }
}

/**
 * Images in folders, one folder a class: see {@link DatasetFolder}. PNG is read everywhere, JPEG in Node with the package
 * `sharp`.
 * @example
 * ```ts no-run
 * import { datasets, transforms } from "@tt/vision";
 * const pets = new datasets.ImageFolder("data/pets", { transform: new transforms.ToTensor() });
 * const [image, target] = await pets.at(0);
 * console.log(pets.classes[target], image.shape);
 * ```
 */
export class ImageFolder<X = Image, Y = number> extends DatasetFolder<Image, X, Y> {
  constructor(root: string, options: FolderOptions<Image, X, Y> = {}) {
    const { loader = pil_loader, is_valid_file } = options;
    const extensions = options.extensions ?? (is_valid_file === undefined ? IMG_EXTENSIONS : undefined);
    super(root, { ...options, loader, ...(extensions !== undefined && { extensions }) });
  }

  /** The name that torchvision has for {@link DatasetFolder.samples} too. */
  get imgs(): readonly (readonly [path: string, target: number])[] {
    return this.samples;
  }
}

/** The order of Python's `sorted`. */
function byCodePoints(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Files of a folder in the order of their names, then those of the folders in it. */
function filesBelow(folder: string): string[] {
  const entries = builtin("node:fs").readdirSync(folder, { withFileTypes: true });
  const names = (directory: boolean): string[] =>
    entries
      .filter((entry) => entry.isDirectory() === directory)
      .map(({ name }) => name)
      .sort(byCodePoints);
  return [
    ...names(false).map((name) => join(folder, name)),
    ...names(true).flatMap((name) => filesBelow(join(folder, name))),
  ];
}
