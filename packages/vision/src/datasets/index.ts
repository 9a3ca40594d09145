/** Ready-made datasets: `torchvision.datasets`. */
export { FakeData, type FakeDataOptions } from "./fake_data.ts";
export { read_idx } from "./idx.ts";
export { FashionMNIST, KMNIST, MNIST, type MNISTOptions } from "./mnist.ts";
export { type MNISTPackage, PackagedMNIST, type PackagedMNISTOptions } from "./packaged_mnist.ts";
export { type Apply, VisionDataset, type VisionOptions } from "./vision_dataset.ts";
