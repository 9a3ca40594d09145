/** From a saved object to a pickle and the list of storages it refers to. */
import { Complex, Device, DType, Parameter, RuntimeError, Tensor } from "@tt/core";
import type { Storage } from "@tt/core";
import { CompressedTensor, SparseTensor } from "@tt/core/sparse";
import { PicklingError } from "../pickle/errors.ts";
import { Pickler, type Reduction } from "../pickle/pickler.ts";
import { floats, mark, ordered_dict, tuple } from "../pickle/python-type.ts";
import { GlobalName } from "../pickle/values.ts";
import { storageClass } from "./scalar-types.ts";

/** A storage as a file holds it. */
export interface EncodedStorage {
  readonly key: string;
  /** In elements. */
  readonly numel: number;
  readonly bytes: Uint8Array;
}

export interface EncodedCheckpoint {
  readonly pickle: Uint8Array;
  readonly storages: readonly EncodedStorage[];
}

/** A storage that is to be saved, and the type its elements have. */
export interface PendingStorage {
  readonly key: string;
  readonly numel: number;
  readonly storage: Storage;
  readonly dtype: DType;
}

/** Stands for a storage inside of the pickle. */
class StorageReference {
  readonly storage: Storage;
  readonly dtype: DType;

  constructor(storage: Storage, dtype: DType) {
    this.storage = storage;
    this.dtype = dtype;
  }
}

const REBUILD_TENSOR = new GlobalName("torch._utils", "_rebuild_tensor_v2");
const REBUILD_PARAMETER = new GlobalName("torch._utils", "_rebuild_parameter");
const REBUILD_SPARSE = new GlobalName("torch._utils", "_rebuild_sparse_tensor");
/** The only compressed form that PyTorch before 2.0 saves, under a name of its own. */
const REBUILD_SPARSE_CSR = new GlobalName("torch._utils", "_rebuild_sparse_csr_tensor");
const GET_LAYOUT = new GlobalName("torch.serialization", "_get_layout");
const COMPLEX = new GlobalName("__builtin__", "complex");
const DEVICE = new GlobalName("torch", "device");

/**
 * Pickles `value`, leaving the contents of tensors aside.
 * @param legacy whether ids are those of the format before PyTorch 1.6
 * @throws PicklingError for what checkpoints cannot hold
 */
export function encodeObject(value: unknown, legacy: boolean): { pickle: Uint8Array; storages: PendingStorage[] } {
  const storages = new Map<Storage, PendingStorage>();

  const describeStorage = ({ storage, dtype }: StorageReference): unknown[] => {
    let known = storages.get(storage);
    if (!known) {
      known = { key: String(storages.size), numel: Math.floor(storage.nbytes / dtype.itemsize), storage, dtype };
      storages.set(storage, known);
    }
    if (known.dtype !== dtype)
      throw new RuntimeError("Cannot save multiple tensors or storages that view the same data as different types");
    // PyTorch knows none of our devices, so everything is saved as if it came from the cpu.
    const id = ["storage", new GlobalName("torch", storageClass(dtype)), known.key, "cpu", known.numel];
    return legacy ? [...id, null] : id;
  };

  const pickler = new Pickler({
    persistent_id: (object) => (object instanceof StorageReference ? describeStorage(object) : undefined),
    reduce,
  });
  return { pickle: pickler.dump(value), storages: [...storages.values()] };
}

function reduce(object: object): Reduction | GlobalName | undefined {
  if (object instanceof Parameter)
    return { callable: REBUILD_PARAMETER, args: [new PlainTensor(object), object.requires_grad, ordered_dict({})] };
  if (object instanceof SparseTensor || object instanceof CompressedTensor) return reduceSparse(object);
  if (object instanceof Tensor) {
    if (object.layout !== "torch.strided")
      throw new PicklingError(`Can't pickle a tensor of layout ${object.layout}: save its to_dense() instead`);
    return reduceTensor(object, object.requires_grad);
  }
  if (object instanceof LayoutName) return { callable: GET_LAYOUT, args: [object.name] };
  if (object instanceof PlainTensor) return reduceTensor(object.tensor, false);
  if (object instanceof Complex) return { callable: COMPLEX, args: floats([object.re, object.im]) };
  if (object instanceof DType) return new GlobalName("torch", object.name);
  if (object instanceof Device)
    return { callable: DEVICE, args: object.index === null ? [object.type] : [object.type, object.index] };
  return undefined;
}

/** A Parameter's data: the same tensor, without being a Parameter. */
class PlainTensor {
  readonly tensor: Tensor;

  constructor(tensor: Tensor) {
    this.tensor = tensor;
  }
}

/** What PyTorch calls a layout, such as `torch.sparse_coo`. */
class LayoutName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** In the form of all versions, which does not tell whether the tensor is coalesced. */
function reduceSparse(tensor: SparseTensor | CompressedTensor): Reduction {
  const indices = tensor instanceof SparseTensor ? [tensor.coordinates] : [tensor.compressed, tensor.plain];
  const parts = [...indices, tensor.entries].map((part) => new PlainTensor(part));
  return {
    callable: tensor.is_sparse_csr ? REBUILD_SPARSE_CSR : REBUILD_SPARSE,
    args: [new LayoutName(tensor.layout), tuple([...parts, mark([...tensor.shape], "torch.Size")])],
  };
}

function reduceTensor(tensor: Tensor, requires_grad: boolean): Reduction {
  const reference = new StorageReference(tensor.storage, tensor.dtype);
  return {
    callable: REBUILD_TENSOR,
    args: [
      reference,
      tensor.offset,
      tuple([...tensor.shape]),
      tuple([...tensor.strides]),
      requires_grad,
      ordered_dict({}),
    ],
  };
}
