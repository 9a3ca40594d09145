/** Datasets, samplers and the loader: `torch.utils.data`. */
export { ChainDataset, ConcatDataset, StackDataset, Subset } from "./dataset/combined.ts";
export { Dataset, IterableDataset, type ItemOf, type MapDataset, type Streamable } from "./dataset/dataset.ts";
export { random_split } from "./dataset/random_split.ts";
export { TensorDataset, type Row } from "./dataset/tensor_dataset.ts";
export { type Collated, default_collate, default_convert } from "./loader/collate.ts";
export { type BatchOf, DataLoader, type DataLoaderOptions, type Order } from "./loader/data_loader.ts";
export { get_worker_info, type WorkerInfo } from "./loader/worker_info.ts";
export { BatchSampler, type BatchSamplerOptions } from "./sampler/batch_sampler.ts";
export { DistributedSampler, type DistributedSamplerOptions } from "./sampler/distributed_sampler.ts";
export {
  RandomSampler,
  type RandomSamplerOptions,
  Sampler,
  SequentialSampler,
  type Sized,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from "./sampler/sampler.ts";
export { importDataset, importFunction, workerDataset, workerFunction } from "./worker/origin.ts";
export type { WorkerLike } from "./worker/spawn.ts";
export type { ByteSource } from "./stream/bytes.ts";
export { TarDataset, type TarEntry, type TarOptions } from "./stream/tar.ts";
export { CsvDataset, type CsvOptions, type CsvRow, JsonlDataset } from "./stream/text.ts";
