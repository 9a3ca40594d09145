/** PyTorch's own names among the globals a checkpoint may use. */
import { Complex, DTYPES, type DType, uint8 } from "@tt/core";
import { UnpicklingError } from "../pickle/errors.ts";
import { type Budget, pythonGlobals } from "../pickle/globals.ts";
import { mark } from "../pickle/python-type.ts";
import { Callable, PyDict } from "../pickle/values.ts";
import { numpyGlobals } from "./numpy-globals.ts";
import { STORAGES } from "./scalar-types.ts";
import { safeGlobal, type SafeRecord } from "./safe-globals.ts";
import {
  DeviceRecord,
  Layout,
  ParameterRecord,
  type SparseLayout,
  SparseRecord,
  StorageRecord,
  StorageType,
  TensorRecord,
} from "./records.ts";

/** PyTorch itself knows no more dimensions than this. */
const MAX_DIMS = 64;

const UNSUPPORTED_STORAGE = /^(Q(UInt8|Int8|Int32|UInt4x2|UInt2x4)|ComplexHalf)Storage$/;

/**
 * Makes `find_global` for checkpoints: a table of what is allowed, and a message for the rest.
 * @param objects gets what users' functions are to make
 */
export function torchFindGlobal(budget: Budget, objects: SafeRecord[]): (module: string, name: string) => unknown {
  const table = pythonGlobals({ complex: (re, im) => new Complex(re, im) }, budget);
  for (const dtype of DTYPES) table.set(`torch.${dtype.name}`, dtype);
  for (const [name, dtype] of STORAGES) {
    const type = new StorageType(dtype);
    for (const module of ["torch", "torch.storage", "torch.cuda"]) table.set(`${module}.${name}`, type);
  }
  const untyped = new StorageType(uint8);
  for (const path of ["torch.UntypedStorage", "torch.storage.UntypedStorage", "torch.storage._UntypedStorage"])
    table.set(path, untyped);
  for (const [name, call] of Object.entries(CALLS)) table.set(name, new Callable(name, call));
  for (const [name, value] of numpyGlobals(budget)) table.set(name, value);

  return (module, name) => {
    const path = `${module}.${name}`;
    if (table.has(path)) return table.get(path);
    const safe = safeGlobal(path, objects);
    if (safe) return safe;
    throw new UnpicklingError(refusal(shorten(path), name));
  };
}

/** Messages are for people, and what a damaged file says may be long. */
function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

function refusal(path: string, name: string): string {
  if (path.startsWith("__torch__.")) return "this is a TorchScript archive: use torch.jit.load";
  if (/^torch\._utils\._rebuild_(q|nested_)tensor$|^torch\.per_(tensor|channel)_/.test(path))
    return `${name.includes("nested") ? "nested" : "quantized"} tensors are not supported (GLOBAL ${path})`;
  if (UNSUPPORTED_STORAGE.test(name) || /^torch\.q?u?int\d+(x\d)?$|^torch\.(float8|complex32)/.test(path))
    return `tensors of the kind ${path} are not supported`;
  return (
    `Weights only load failed. Unsupported global: GLOBAL ${path} was not an allowed global by default. ` +
    "Checkpoints are loaded as data, and nothing they name is run; save a state_dict() instead of the object itself, " +
    `or say what stands for it: add_safe_globals([[make, ${JSON.stringify(path)}]]).`
  );
}

const CALLS: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  "torch.Size": (size) => mark([...sizes(size ?? [], "size")], "torch.Size"),
  "torch.device": device,
  "torch.serialization._get_layout": layout,
  "torch.Tensor": () => refuseCall("torch.Tensor"),
  "torch.nn.parameter.Parameter": (data, requires_grad = true) => parameter(data, requires_grad),
  "torch._utils._rebuild_tensor": (storage, offset, size, stride) =>
    tensor(storage, undefined, offset, size, stride, false),
  "torch._utils._rebuild_tensor_v2": (storage, offset, size, stride, requires_grad, _hooks, metadata) =>
    tensor(storage, undefined, offset, size, stride, requires_grad, metadata),
  "torch._utils._rebuild_tensor_v3": (storage, offset, size, stride, requires_grad, _hooks, dtype, metadata) =>
    tensor(storage, dtype, offset, size, stride, requires_grad, metadata),
  "torch._utils._rebuild_parameter": (data, requires_grad) => parameter(data, requires_grad),
  "torch._utils._rebuild_parameter_with_state": (data, requires_grad) => parameter(data, requires_grad),
  "torch._utils._rebuild_sparse_tensor": sparse,
  "torch._utils._rebuild_sparse_csr_tensor": sparse,
  "torch._utils._rebuild_meta_tensor_no_storage": (dtype, size, stride, requires_grad) =>
    metaTensor(dtype, size, stride, requires_grad),
  "torch._tensor._rebuild_from_type_v2": fromType,
};

function refuseCall(path: string): never {
  throw new UnpicklingError(`${path} cannot be called by a checkpoint`);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function sizes(value: unknown, what: string): readonly number[] {
  if (!Array.isArray(value) || value.length > MAX_DIMS || !value.every(isCount))
    throw new UnpicklingError(`a tensor's ${what} is not a tuple of at most ${MAX_DIMS} non-negative integers`);
  return value;
}

/** Describes a tensor after making sure that it stays within its storage. */
function tensor(
  storage: unknown,
  dtype: unknown,
  offset: unknown,
  size: unknown,
  stride: unknown,
  requires_grad: unknown,
  metadata?: unknown,
): TensorRecord {
  if (!(storage instanceof StorageRecord))
    throw new UnpicklingError("a tensor is built on something that is not a storage");
  const type = dtype === undefined ? storage.dtype : asDType(dtype);
  if (!isCount(offset)) throw new UnpicklingError("a tensor's storage offset is not a non-negative integer");
  const shape = sizes(size, "size");
  const strides = sizes(stride, "stride");
  if (shape.length !== strides.length)
    throw new UnpicklingError(`a tensor has ${shape.length} sizes but ${strides.length} strides`);
  const capacity = Math.floor(storage.nbytes / type.itemsize);
  const last = offset + shape.reduce((sum, n, d) => sum + Math.max(0, n - 1) * strides[d]!, 0);
  const numel = shape.reduce((product, n) => product * n, 1);
  if (!Number.isSafeInteger(numel) || (numel > 0 && last >= capacity)) {
    throw new UnpicklingError(
      `setStorage: sizes [${shape.join(", ")}], strides [${strides.join(", ")}], storage offset ${offset} are out of bounds for storage of size ${storage.nbytes}`,
    );
  }
  const flag = (name: string): boolean => metadata instanceof PyDict && metadata.entries.get(name) === true;
  const pending = { conj: flag("conj"), neg: flag("neg") };
  return new TensorRecord(storage, type, offset, [...shape], [...strides], requires_grad === true, pending);
}

function metaTensor(dtype: unknown, size: unknown, stride: unknown, requires_grad: unknown): TensorRecord {
  return new TensorRecord(
    undefined,
    asDType(dtype),
    0,
    [...sizes(size, "size")],
    [...sizes(stride, "stride")],
    requires_grad === true,
  );
}

function asDType(value: unknown): DType {
  const dtype = DTYPES.find((candidate) => candidate === value);
  if (!dtype) throw new UnpicklingError("a tensor's dtype is not a dtype");
  return dtype;
}

function parameter(data: unknown, requires_grad: unknown): ParameterRecord {
  if (!(data instanceof TensorRecord))
    throw new UnpicklingError("a Parameter is built on something that is not a tensor");
  return new ParameterRecord(data, requires_grad === true);
}

const SPARSE: readonly SparseLayout[] = ["sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc"];

function sparse(format: unknown, data: unknown): SparseRecord {
  if (!(format instanceof Layout) || !Array.isArray(data)) throw new UnpicklingError("a sparse tensor is damaged");
  const name = SPARSE.find((layout) => layout === format.name);
  if (name === undefined)
    throw new UnpicklingError(`rebuilding sparse tensor for layout torch.${shorten(format.name)} is not supported`);
  const count = name === "sparse_coo" ? 2 : 3;
  const parts = data.slice(0, count) as unknown[];
  if (!parts.every((part) => part instanceof TensorRecord))
    throw new UnpicklingError("a sparse tensor's indices and values are not tensors");
  return new SparseRecord(name, parts, [...sizes(data[count], "size")], data[count + 1] === true);
}

function layout(name: unknown): Layout {
  if (typeof name !== "string") throw new UnpicklingError("a layout's name is not a string");
  return new Layout(name.replace(/^torch\./, ""));
}

function device(type: unknown, index?: unknown): DeviceRecord {
  if (typeof type !== "string" || (index !== undefined && !isCount(index)))
    throw new UnpicklingError("a torch.device is damaged");
  const [name = "", number] = type.split(":");
  return new DeviceRecord(name, number === undefined ? index : Number(number));
}

/** Tensors with Python attributes, and Parameters of newer versions; the attributes are left out. */
function fromType(rebuild: unknown, _type: unknown, args: unknown, _state: unknown): unknown {
  if (!(rebuild instanceof Callable) || !rebuild.path.startsWith("torch._utils._rebuild") || !Array.isArray(args))
    refuseCall("torch._tensor._rebuild_from_type_v2");
  return rebuild.call(...(args as unknown[]));
}

/** The record a persistent id describes: `('storage', type, key, location, numel[, view])`. */
export function storageFromId(id: unknown, known: Map<string, StorageRecord>): StorageRecord {
  if (!Array.isArray(id) || id[0] !== "storage")
    throw new UnpicklingError(
      `Unknown saved id type: ${Array.isArray(id) && typeof id[0] === "string" ? shorten(id[0]) : typeof id}`,
    );
  const [, type, key, location, numel, view] = id as unknown[];
  if (!(type instanceof StorageType) || typeof key !== "string" || typeof location !== "string" || !isCount(numel))
    throw new UnpicklingError("a storage's description is damaged");
  if (view !== undefined && view !== null)
    throw new UnpicklingError("storage views of PyTorch before 0.4 are not supported");
  if (!Number.isSafeInteger(numel * type.dtype.itemsize))
    throw new UnpicklingError(`a storage of ${numel} elements is too large`);
  const record = known.get(key);
  if (record && record.dtype === type.dtype && record.numel === numel) return record;
  if (record) throw new UnpicklingError(`storage ${key} is described in two ways`);
  const created = new StorageRecord(key, type.dtype, numel, location);
  known.set(key, created);
  return created;
}
