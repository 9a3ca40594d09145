import { cat, RuntimeError, Tensor, uint8, ValueError } from "@tt/core";
import { TarDataset } from "@tt/data";
import { unpickle } from "@tt/serialization";
import { Image } from "../image/image.ts";
import { defaultRoot } from "./cache.ts";
import { type DownloadOptions, fetchResources, md5Of, type Resource } from "./download.ts";
import { builtin, join } from "./files.ts";
import { SplitDataset, type SplitOptions } from "./split_dataset.ts";

/** A file of the dataset and its checksum. */
type Part = readonly [file: string, md5: string];

/**
 * 60,000 small colour images in 10 classes (Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009), from the
 * pickles of `root/cifar-10-batches-py`, where torchvision puts them.
 *
 * Downloading has to wait for the network, which a constructor cannot: `await CIFAR10.load(root, { download: true })`.
 *
 * @example
 * ```ts no-run
 * import { datasets, transforms } from "@tt/vision";
 * const train = await datasets.CIFAR10.load("data", { download: true, transform: new transforms.ToTensor() });
 * const [image, target] = train.at(0); // [3, 32, 32]
 * ```
 */
export class CIFAR10<X = Image, Y = number> extends SplitDataset<X, Y> {
  static base_folder = "cifar-10-batches-py";
  static resource: Resource = {
    file: "cifar-10-python.tar.gz",
    md5: "c58f30108f718f92721af3b95e74349a",
    urls: ["https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"],
  };
  static train_list: readonly Part[] = [
    ["data_batch_1", "c99cafc152244af753f735de768cd75f"],
    ["data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"],
    ["data_batch_3", "54ebc095f3ab1f0389bbae665268c751"],
    ["data_batch_4", "634d18415352ddfa80567beed471001a"],
    ["data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"],
  ];
  static test_list: readonly Part[] = [["test_batch", "40351d587109b95175f43aff81a1287e"]];
  static meta: Part = ["batches.meta", "5ff9c542aee3614f3951f8cda6e48888"];
  protected static labelKey = "labels";
  protected static namesKey = "label_names";

  /** Names of the classes. */
  readonly classes: readonly string[];
  readonly class_to_idx: Readonly<Record<string, number>>;
  /** All images: uint8 of shape [N, 3, 32, 32]. */
  readonly data: Tensor;
  readonly targets: readonly number[];
  private readonly pixels: Uint8Array;

  /**
   * @param root - folder that holds the dataset's own; a folder of the user's cache (or `$TT_HOME`) by default
   * @throws RuntimeError when a file is missing, ValueError when one is damaged; both name it
   */
  constructor(root: string = defaultRoot(), options: SplitOptions<X, Y> = {}) {
    super(root, options);
    const own = this.constructor as typeof CIFAR10;
    const folder = join(root, own.base_folder);
    const parts = (this.train ? own.train_list : own.test_list).map(([file]) =>
      readPart(folder, file, own.labelKey, own.name),
    );
    this.data = cat(parts.map(({ data }) => data)).reshape(-1, 3, 32, 32);
    this.targets = parts.flatMap(({ labels }) => labels);
    const names = (readPickle(folder, own.meta[0], own.name) as Record<string, unknown>)[own.namesKey];
    if (!Array.isArray(names)) throw new ValueError(`${join(folder, own.meta[0])}: holds no ${own.namesKey}`);
    this.classes = names as string[];
    this.class_to_idx = Object.fromEntries(this.classes.map((name, i) => [name, i]));
    this.pixels = this.data.numpy() as Uint8Array;
  }

  /**
   * Downloads and unpacks the archive, unless all files are there and right.
   * @throws RuntimeError when it cannot be had, telling what to put where
   */
  static async download(root: string = defaultRoot(), options: DownloadOptions = {}): Promise<void> {
    const folder = join(root, this.base_folder);
    const parts = [...this.train_list, ...this.test_list, this.meta];
    if (await allRight(folder, parts)) return;
    await fetchResources(root, [this.resource], options);
    const archive = join(root, this.resource.file);
    await unpack(archive, root, this.base_folder);
    if (!(await allRight(folder, parts))) throw new RuntimeError(`${archive}: its files are not those of ${this.name}`);
  }

  override get length(): number {
    return this.targets.length;
  }

  protected override image(index: number): Image {
    const size = 32 * 32;
    const planes = this.pixels.subarray(3 * size * index, 3 * size * (index + 1));
    const bytes = new Uint8Array(3 * size);
    for (let i = 0; i < size; i++) for (let c = 0; c < 3; c++) bytes[3 * i + c] = planes[c * size + i]!;
    return new Image(bytes, 32, 32, "RGB");
  }

  protected override label(index: number): number {
    return this.targets[index]!;
  }
}

/** 60,000 small colour images in 100 classes, from the pickles of `root/cifar-100-python`; see {@link CIFAR10}. */
export class CIFAR100<X = Image, Y = number> extends CIFAR10<X, Y> {
  static override base_folder = "cifar-100-python";
  static override resource: Resource = {
    file: "cifar-100-python.tar.gz",
    md5: "eb9058c3a382ffc7106e4002c42a8d85",
    urls: ["https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"],
  };
  static override train_list: readonly Part[] = [["train", "16019d7e3df5f24257cddd939b257f8d"]];
  static override test_list: readonly Part[] = [["test", "f0ef6b0ae62326f3e7ffdfab6717acfc"]];
  static override meta: Part = ["meta", "7973b15100ade9c7d40fb424638fde48"];
  protected static override labelKey = "fine_labels";
  protected static override namesKey = "fine_label_names";
}

function readPickle(folder: string, file: string, name: string): unknown {
  const path = join(folder, file);
  const { existsSync, readFileSync } = builtin("node:fs");
  if (!existsSync(path)) {
    throw new RuntimeError(
      `Dataset not found or corrupted: expected ${path}. You can use \`await datasets.${name}.load(root, { download: true })\` to download it`,
    );
  }
  try {
    return unpickle(readFileSync(path));
  } catch (error) {
    throw new ValueError(`${path}: ${(error as Error).message}`);
  }
}

function readPart(folder: string, file: string, labelKey: string, name: string): { data: Tensor; labels: number[] } {
  const content = readPickle(folder, file, name) as Record<string, unknown>;
  const { data } = content;
  const labels = content[labelKey];
  const right =
    data instanceof Tensor &&
    data.dtype === uint8 &&
    data.ndim === 2 &&
    data.size(1) === 3072 &&
    Array.isArray(labels) &&
    labels.length === data.size(0);
  if (!right)
    throw new ValueError(`${join(folder, file)}: expected uint8 images of 3072 bytes and as many ${labelKey}`);
  return { data, labels: labels as number[] };
}

async function allRight(folder: string, parts: readonly Part[]): Promise<boolean> {
  const { existsSync } = builtin("node:fs");
  for (const [file, md5] of parts) {
    const path = join(folder, file);
    if (!existsSync(path) || (await md5Of(path)) !== md5) return false;
  }
  return true;
}

/** Unpacks the archive's files of one folder, each under its name only when it is whole. */
async function unpack(archive: string, root: string, folder: string): Promise<void> {
  const { mkdirSync, renameSync, writeFileSync } = builtin("node:fs");
  mkdirSync(join(root, folder), { recursive: true });
  // Nothing outside of the folder, whatever the names say.
  const inside = new RegExp(`^(?:\\./)?${folder}/[^/\\\\]+$`);
  for await (const [name, data] of new TarDataset(archive, { filter: (path) => inside.test(path) })) {
    const target = join(root, folder, name.split("/").at(-1)!);
    writeFileSync(`${target}.part`, data.numpy());
    renameSync(`${target}.part`, target);
  }
}
