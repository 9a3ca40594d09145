import type { Image } from "../image/image.ts";
import { defaultRoot } from "./cache.ts";
import type { DownloadOptions } from "./download.ts";
import { VisionDataset, type VisionOptions } from "./vision_dataset.ts";

export interface SplitOptions<X, Y> extends VisionOptions<Image, X, Y> {
  /** The training set, else the test set. */
  readonly train?: boolean;
}

/** What `load` takes: the dataset's options, and those of the download. */
export interface LoadOptions<X, Y> extends SplitOptions<X, Y>, DownloadOptions {
  /** Gets what is missing from the network. */
  readonly download?: boolean;
}

/** A dataset in files that can be downloaded: a training set and a test set. */
export abstract class SplitDataset<X, Y> extends VisionDataset<Image, X, Y> {
  declare readonly root: string;
  readonly train: boolean;

  constructor(root: string, options: SplitOptions<X, Y>) {
    super(root, options);
    this.train = options.train ?? true;
  }

  /** The dataset, downloaded first if asked for. */
  static async load<D extends SplitDataset<X, Y>, X = Image, Y = number>(
    this: (new (root: string, options: SplitOptions<X, Y>) => D) & {
      download(root: string, options: DownloadOptions): Promise<void>;
    },
    root: string = defaultRoot(),
    options: LoadOptions<X, Y> = {},
  ): Promise<D> {
    if (options.download === true) await this.download(root, options);
    return new this(root, options);
  }

  override extra_repr(): string {
    return `Split: ${this.train ? "Train" : "Test"}`;
  }
}
