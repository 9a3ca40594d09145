import { int64, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { Image } from "../image/image.ts";
import { findFile, join, readFile } from "./files.ts";
import { read_idx } from "./idx.ts";
import { VisionDataset, type VisionOptions } from "./vision_dataset.ts";

export interface MNISTOptions<X, Y> extends VisionOptions<Image, X, Y> {
  /** The training set, else the test set. */
  readonly train?: boolean;
  /** Files that are there are used; there is nothing to download them with yet. */
  readonly download?: boolean;
}

/**
 * Handwritten digits, 28 x 28, from the four IDX files of the MNIST database, plain or gzipped. They
 * are looked for in `root/MNIST/raw`, where torchvision puts them, and in `root` itself.
 *
 * @example
 * ```ts no-run
 * import { datasets, transforms } from "@tt/vision";
 * const train = new datasets.MNIST("data", { train: true, transform: new transforms.ToTensor() });
 * const [image, target] = train.at(0);
 * ```
 */
export class MNIST<X = Image, Y = number> extends VisionDataset<Image, X, Y> {
  static readonly classes: readonly string[] = [
    "0 - zero",
    "1 - one",
    "2 - two",
    "3 - three",
    "4 - four",
    "5 - five",
    "6 - six",
    "7 - seven",
    "8 - eight",
    "9 - nine",
  ];
  declare readonly root: string;
  readonly train: boolean;
  /** All images: uint8 of shape [N, 28, 28]. */
  readonly data: Tensor;
  /** All labels: int64 of shape [N]. */
  readonly targets: Tensor;
  private readonly pixels: Uint8Array;
  private readonly labels: readonly number[];

  /**
   * @param root - folder of the files
   * @throws RuntimeError when a file is missing, ValueError when one is damaged; both name it
   */
  constructor(root: string, options: MNISTOptions<X, Y> = {}) {
    super(root, options);
    this.train = options.train ?? true;
    const part = this.train ? "train" : "t10k";
    const folders = [join(root, this.constructor.name, "raw"), root];
    this.data = load(folders, `${part}-images-idx3-ubyte`, 3);
    this.targets = load(folders, `${part}-labels-idx1-ubyte`, 1).to(int64);
    if (this.data.size(0) !== this.targets.size(0)) {
      throw new ValueError(
        `${root}: ${part} has ${this.data.size(0)} images but ${this.targets.size(0)} labels, expected as many`,
      );
    }
    this.pixels = this.data.numpy() as Uint8Array;
    this.labels = this.targets.tolist() as number[];
  }

  override get length(): number {
    return this.labels.length;
  }

  /** Names of the classes. */
  get classes(): readonly string[] {
    return (this.constructor as typeof MNIST).classes;
  }

  protected override image(index: number): Image {
    const [, height, width] = this.data.shape as [number, number, number];
    const size = height * width;
    return new Image(this.pixels.subarray(index * size, (index + 1) * size), width, height, "L");
  }

  protected override label(index: number): number {
    return this.labels[index]!;
  }

  override extra_repr(): string {
    return `Split: ${this.train ? "Train" : "Test"}`;
  }
}

/** Zalando's articles of clothing, in MNIST's form; files in `root/FashionMNIST/raw` or `root`. */
export class FashionMNIST<X = Image, Y = number> extends MNIST<X, Y> {
  static override readonly classes: readonly string[] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ];
}

/** Cursive Japanese characters in MNIST's form; files in `root/KMNIST/raw` or `root`. */
export class KMNIST<X = Image, Y = number> extends MNIST<X, Y> {
  static override readonly classes: readonly string[] = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];
}

function load(folders: readonly string[], name: string, rank: number): Tensor {
  const path = findFile(folders, name);
  if (path === null) {
    throw new RuntimeError(`Dataset not found: expected the IDX file ${name} or ${name}.gz in ${folders.join(" or ")}`);
  }
  const found = read_idx(readFile(path), path);
  if (found.ndim !== rank || found.dtype.name !== "uint8") {
    throw new ValueError(
      `${path}: holds ${found.dtype.name} of shape [${found.shape.join(", ")}], expected uint8 of ${rank} dimension${rank === 1 ? "" : "s"}`,
    );
  }
  return found;
}
