import { RuntimeError, ValueError } from "@tt/core";
import { unzipSync } from "fflate";
import type { Image } from "../image/image.ts";
import { defaultRoot } from "./cache.ts";
import { type DownloadOptions, fetchResources, type Resource } from "./download.ts";
import { builtin, findFile, join } from "./files.ts";
import { MNIST } from "./mnist.ts";
import type { SplitOptions } from "./split_dataset.ts";

export type EMNISTSplit = "byclass" | "bymerge" | "balanced" | "letters" | "digits" | "mnist";

export interface EMNISTOptions<X, Y> extends SplitOptions<X, Y> {
  /** Which of the six divisions of the data. */
  readonly split: EMNISTSplit;
}

const DIGITS = Array.from("0123456789");
const UPPER = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
const LOWER = Array.from("abcdefghijklmnopqrstuvwxyz");
/** Lower-case letters that look like the upper-case ones count as those where classes are merged. */
const MERGED = [...DIGITS, ...UPPER, ...LOWER.filter((letter) => !"cijklmopsuvwxyz".includes(letter))];

const CLASSES: Readonly<Record<EMNISTSplit, readonly string[]>> = {
  byclass: [...DIGITS, ...UPPER, ...LOWER],
  bymerge: MERGED,
  balanced: MERGED,
  letters: ["N/A", ...LOWER],
  digits: DIGITS,
  mnist: DIGITS,
};

/**
 * Handwritten letters and digits in MNIST's form (Cohen and others, 2017), in one of six splits; the images lie on their side,
 * as in the files. Files in `root/EMNIST/raw` or `root`.
 */
export class EMNIST<X = Image, Y = number> extends MNIST<X, Y> {
  static override resources: readonly Resource[] = [
    {
      file: "gzip.zip",
      md5: "58c8d27c78d21e728a6bc7b3cc06412e",
      urls: ["https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/gzip.zip"],
    },
  ];
  readonly split: EMNISTSplit;

  constructor(root: string | undefined, options: EMNISTOptions<X, Y>) {
    super(root, options);
    this.split = options.split;
  }

  override get classes(): readonly string[] {
    return CLASSES[this.split];
  }

  protected override part(options: SplitOptions<X, Y>): string {
    const { split, train = true } = options as EMNISTOptions<X, Y>;
    if (!Object.hasOwn(CLASSES, split)) {
      throw new ValueError(
        `Unknown value '${split}' for argument split. Valid values are {${Object.keys(CLASSES)
          .map((name) => `'${name}'`)
          .join(", ")}}.`,
      );
    }
    return `emnist-${split}-${train ? "train" : "test"}`;
  }

  /** Downloads the archive of all splits and unpacks it. */
  static override async download(root: string = defaultRoot(), options: DownloadOptions = {}): Promise<void> {
    const folder = join(root, this.name, "raw");
    const names = Object.keys(CLASSES).flatMap((split) =>
      ["train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"].map(
        (part) => `emnist-${split}-${part}-ubyte`,
      ),
    );
    if (names.every((name) => findFile([folder], name) !== null)) return;
    await fetchResources(folder, this.resources, options);
    const { readFileSync, renameSync, rmSync, writeFileSync } = builtin("node:fs");
    const archive = join(folder, this.resources[0]!.file);
    const found = unzipSync(readFileSync(archive), { filter: ({ name }) => name.endsWith("-ubyte.gz") });
    for (const [path, bytes] of Object.entries(found)) {
      const target = join(folder, path.split("/").at(-1)!);
      writeFileSync(`${target}.part`, bytes);
      renameSync(`${target}.part`, target);
    }
    const missing = names.find((name) => findFile([folder], name) === null);
    if (missing !== undefined) throw new RuntimeError(`${archive}: the archive has no ${missing}.gz`);
    rmSync(archive);
  }
}
