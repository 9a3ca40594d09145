/** PyTorch's checkpoints in both directions. */
export { BytesIO } from "./io/bytes-io.ts";
export type { LoadSource, SyncLoadSource } from "./io/open.ts";
export type { SaveTarget } from "./io/sink.ts";
export { load, loadSync, type Loaded, type LoadOptions } from "./checkpoint/load.ts";
export { download } from "./checkpoint/download.ts";
export { scalarType } from "./checkpoint/scalar-types.ts";
export { unpickle } from "./checkpoint/unpickle.ts";
export { save, saveSync, type SaveOptions } from "./checkpoint/save.ts";
export {
  readTorchScript,
  readTorchScriptSync,
  ScriptObject,
  type TorchScriptArchive,
  type TorchScriptOptions,
} from "./checkpoint/torchscript.ts";
export type { MapLocation } from "./checkpoint/map-location.ts";
export {
  add_safe_globals,
  clear_safe_globals,
  get_safe_globals,
  type SafeGlobal,
  safe_globals,
} from "./checkpoint/safe-globals.ts";
export { PicklingError, UnpicklingError } from "./pickle/errors.ts";
export { ordered_dict, python_type, tuple, type PythonType } from "./pickle/python-type.ts";
export { ZipError } from "./zip/errors.ts";
export * as safetensors from "./safetensors/index.ts";
export * as gguf from "./gguf/index.ts";
export * as npy from "./numpy/index.ts";
export * as hub from "./hub/index.ts";
