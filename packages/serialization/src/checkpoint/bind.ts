/** From a checkpoint's records to tensors. */
import { CPU, type Device, device, int32, int64, Parameter, RuntimeError, Tensor } from "@tt/core";
import { Storage, transfer } from "@tt/core/dispatch";
import { sparse_compressed_tensor, sparse_coo_tensor, type SparseTensor } from "@tt/core/sparse";
import type { Bind, Convert } from "../pickle/materialize.ts";
import { UnpicklingError } from "../pickle/errors.ts";
import { NumpyArrayRecord } from "./numpy-globals.ts";
import { NumpyDType } from "./numpy-types.ts";
import { type MapLocation, targetDevice } from "./map-location.ts";
import { fortranStrides, hostStorage, placeTensor } from "./place.ts";
import {
  DeviceRecord,
  Layout,
  ParameterRecord,
  SparseRecord,
  StorageRecord,
  StorageType,
  TensorRecord,
} from "./records.ts";
import { SafeRecord } from "./safe-globals.ts";

/** Makes tensors of records; tensors on one storage share its memory. */
export class Binder {
  readonly #map: MapLocation | null | undefined;
  readonly #storages: Map<StorageRecord, Storage> = new Map();
  readonly #waiting: Map<StorageRecord, Storage> = new Map();

  constructor(map: MapLocation | null | undefined) {
    this.#map = map;
  }

  /** Takes the bytes of a storage; where they go to another device than the cpu, at once. */
  readonly give = (record: StorageRecord, bytes: Uint8Array<ArrayBuffer>): void => {
    this.#take(record, hostStorage(record.dtype, bytes));
  };

  /** Takes a storage whose bytes are read when they are first needed. */
  giveLazily(record: StorageRecord, read: () => Uint8Array<ArrayBuffer>): void {
    this.#take(record, lazyStorage(record, read));
  }

  #take(record: StorageRecord, storage: Storage): void {
    // A function is asked in the order in which the file names its storages, not in that of reading.
    if (typeof this.#map === "function") this.#waiting.set(record, storage);
    else this.#storages.set(record, this.#place(record, storage));
  }

  #place(record: StorageRecord, storage: Storage): Storage {
    const target = targetDevice(this.#map, record.location, () => storage);
    return target === CPU ? storage : moveStorage(storage, record, target);
  }

  #storage(record: StorageRecord): Storage {
    const placed = this.#storages.get(record);
    if (placed) return placed;
    const waiting = this.#waiting.get(record);
    if (!waiting) throw new RuntimeError("the data of a tensor are not at hand");
    const storage = this.#place(record, waiting);
    this.#storages.set(record, storage);
    return storage;
  }

  /** What the user gets for a leaf of the loaded object. */
  readonly bind: Bind = (leaf, convert) => {
    if (leaf instanceof TensorRecord) return this.#tensor(leaf);
    if (leaf instanceof ParameterRecord) return this.#parameter(leaf);
    if (leaf instanceof NumpyArrayRecord) return this.#numpy(leaf, convert);
    if (leaf instanceof NumpyDType) return leaf.isNumber ? leaf.dtype : leaf.name;
    if (leaf instanceof DeviceRecord)
      return device(leaf.index === undefined ? leaf.type : `${leaf.type}:${leaf.index}`);
    if (leaf instanceof Layout) return `torch.${leaf.name}`;
    if (leaf instanceof SparseRecord) return this.#sparse(leaf);
    if (leaf instanceof StorageRecord) return new Tensor(this.#storage(leaf), leaf.dtype, [leaf.numel]);
    if (leaf instanceof StorageType)
      throw new RuntimeError("the file holds a storage class itself, which has no JavaScript counterpart");
    if (leaf instanceof SafeRecord)
      throw new UnpicklingError(`the arguments of ${leaf.path} hold an object that is made later`);
    return leaf;
  };

  #tensor(record: TensorRecord): Tensor {
    if (!record.storage) throw new RuntimeError("tensors of the meta device have no data to load");
    const { storage, dtype, size, stride, offset, pending } = record;
    let tensor = new Tensor(this.#storage(storage), dtype, size, stride, offset);
    if (pending.conj) tensor = tensor.conj();
    if (pending.neg) tensor = tensor.neg();
    return markGrad(tensor, record.requires_grad);
  }

  #sparse(record: SparseRecord): Tensor {
    const parts = record.parts.map((part) => this.#tensor(part));
    const indices = parts.slice(0, -1);
    const values = parts.at(-1)!;
    const { size, layout } = record;
    if (!indices.every(({ dtype }) => dtype === int64 || (dtype === int32 && layout !== "sparse_coo")))
      throw new RuntimeError("a sparse tensor is damaged: its indices are no integers of 64 bits");
    if (layout !== "sparse_coo") {
      const [compressed, plain] = indices as [Tensor, Tensor];
      return sparse_compressed_tensor(compressed, plain, values, { size, layout: `torch.${layout}` });
    }
    const tensor = sparse_coo_tensor(indices[0]!, values, { size }) as SparseTensor;
    tensor.sorted = record.coalesced;
    return tensor;
  }

  #parameter(record: ParameterRecord): Parameter {
    return markGrad(new Parameter(this.#tensor(record.data), false), record.requires_grad);
  }

  #numpy({ shape, contents }: NumpyArrayRecord, convert: Convert): unknown {
    if (!contents) throw new RuntimeError("a numpy array has no data");
    if ("list" in contents) return convert(contents.list);
    const { dtype, bytes, fortranOrder } = contents;
    return placeTensor(bytes, dtype, shape, fortranOrder ? fortranStrides(shape) : null);
  }
}

/**
 * Sets the flag without asking for automatic differentiation: it only tells what the file says,
 * and comes into force when `@tt/autograd` is imported.
 */
function markGrad<T extends Tensor>(tensor: T, requires_grad: boolean): T {
  if (requires_grad && !tensor.dtype.is_floating_point && !tensor.dtype.is_complex) {
    throw new RuntimeError("only Tensors of floating point and complex dtype can require gradients");
  }
  tensor.requiresGradFlag = requires_grad;
  return tensor;
}

/** A cpu storage whose elements are read from the file when something first looks at them. */
function lazyStorage(record: StorageRecord, read: () => Uint8Array<ArrayBuffer>): Storage {
  const storage = new Storage(CPU, null, record.nbytes);
  Object.defineProperty(storage, "host", {
    configurable: true,
    enumerable: true,
    get() {
      const { host } = hostStorage(record.dtype, read());
      Object.defineProperty(storage, "host", { value: host, writable: true, enumerable: true, configurable: true });
      return host;
    },
    set(host: Storage["host"]) {
      Object.defineProperty(storage, "host", { value: host, writable: true, enumerable: true, configurable: true });
    },
  });
  return storage;
}

function moveStorage(storage: Storage, record: StorageRecord, target: Device): Storage {
  return transfer(new Tensor(storage, record.dtype, [record.numel]), target).storage;
}
