/** Ready-made datasets: `torchvision.datasets`. */
export { CIFAR10, CIFAR100 } from "./cifar.ts";
export type { DownloadOptions, Resource } from "./download.ts";
export { EMNIST, type EMNISTOptions, type EMNISTSplit } from "./emnist.ts";
export { FakeData, type FakeDataOptions } from "./fake_data.ts";
export { DatasetFolder, type FolderOptions, ImageFolder, IMG_EXTENSIONS, type Loader, pil_loader } from "./folder.ts";
export { read_idx } from "./idx.ts";
export { FashionMNIST, KMNIST, MNIST } from "./mnist.ts";
export { type MNISTPackage, PackagedMNIST, type PackagedMNISTOptions } from "./packaged_mnist.ts";
export { type LoadOptions, SplitDataset, type SplitOptions } from "./split_dataset.ts";
export { type Apply, VisionDataset, type VisionOptions } from "./vision_dataset.ts";
