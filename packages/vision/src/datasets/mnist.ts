import { int64, RuntimeError, type Tensor, ValueError } from "@tt/core";
import { Image } from "../image/image.ts";
import { defaultRoot } from "./cache.ts";
import { type DownloadOptions, fetchResources, type Resource } from "./download.ts";
import { findFile, join, readFile } from "./files.ts";
import { read_idx } from "./idx.ts";
import { SplitDataset, type SplitOptions } from "./split_dataset.ts";

const FILES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];

/** The four files at some mirrors, with their checksums. */
const four = (mirrors: readonly string[], md5: readonly string[]): Resource[] =>
  FILES.map((name, i) => ({
    file: `${name}.gz`,
    md5: md5[i]!,
    urls: mirrors.map((mirror) => `${mirror}${name}.gz`),
  }));

/**
 * Handwritten digits, 28 x 28, from the four IDX files of the MNIST database, plain or gzipped. They
 * are looked for in `root/MNIST/raw`, where torchvision puts them, and in `root` itself.
 *
 * Downloading has to wait for the network, which a constructor cannot: `await MNIST.load(root, { download: true })`.
 *
 * @example
 * ```ts no-run
 * import { datasets, transforms } from "@tt/vision";
 * const train = await datasets.MNIST.load("data", { download: true, transform: new transforms.ToTensor() });
 * const [image, target] = train.at(0);
 * ```
 */
export class MNIST<X = Image, Y = number> extends SplitDataset<X, Y> {
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
  /** Files of the dataset, where they can be had, and their checksums. */
  static resources: readonly Resource[] = four(
    ["https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"],
    [
      "f68b3c2dcbeaaa9fbdd348bbdeb94873",
      "d53e105ee54ea40749a09fcbcd1e9432",
      "9fb629c4189551a2d022fa330f9573f3",
      "ec29112dd5afa0611ce80d1b7f02629c",
    ],
  );
  /** All images: uint8 of shape [N, 28, 28]. */
  readonly data: Tensor;
  /** All labels: int64 of shape [N]. */
  readonly targets: Tensor;
  private readonly pixels: Uint8Array;
  private readonly labels: readonly number[];

  /**
   * @param root - folder of the files; a folder of the user's cache (or `$TT_HOME`) by default
   * @throws RuntimeError when a file is missing, ValueError when one is damaged; both name it
   */
  constructor(root: string = defaultRoot(), options: SplitOptions<X, Y> = {}) {
    super(root, options);
    const part = this.part(options);
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

  /**
   * Downloads the files into `root`, those that are missing or damaged; progress, mirrors and checksums included.
   * @throws RuntimeError when a file cannot be had, telling what to put where
   */
  static async download(root: string = defaultRoot(), options: DownloadOptions = {}): Promise<void> {
    await fetchResources(join(root, this.name, "raw"), this.resources, options);
  }

  /** What the names of the files begin with. */
  protected part({ train = true }: SplitOptions<X, Y>): string {
    return train ? "train" : "t10k";
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
}

/** Zalando's articles of clothing, in MNIST's form; files in `root/FashionMNIST/raw` or `root`. */
export class FashionMNIST<X = Image, Y = number> extends MNIST<X, Y> {
  static override resources: readonly Resource[] = four(
    ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
    [
      "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      "25c81989df183df01b3e8a0aad5dffbe",
      "bef4ecab320f06d8554ea6380940ec79",
      "bb300cfdad3c16e7a12a480ee83cd310",
    ],
  );
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
  static override resources: readonly Resource[] = four(
    ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
    [
      "bdb82020997e1d708af4cf47b453dcf7",
      "e144d726b3acfaa3e44228e80efcd344",
      "5c965bf0a639b31b8f53240b1b52f4d7",
      "7320c461ea6c1c855c0b718fb2a4b134",
    ],
  );
  static override readonly classes: readonly string[] = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];
}

function load(folders: readonly string[], name: string, rank: number): Tensor {
  const path = findFile(folders, name);
  if (path === null) {
    throw new RuntimeError(
      `Dataset not found: expected the IDX file ${name} or ${name}.gz in ${folders.join(" or ")}. You can use \`await datasets.${folders[0]!.split(/[\\/]/).at(-2)}.load(root, { download: true })\` to download it`,
    );
  }
  const found = read_idx(readFile(path), path);
  if (found.ndim !== rank || found.dtype.name !== "uint8") {
    throw new ValueError(
      `${path}: holds ${found.dtype.name} of shape [${found.shape.join(", ")}], expected uint8 of ${rank} dimension${rank === 1 ? "" : "s"}`,
    );
  }
  return found;
}
