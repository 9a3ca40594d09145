import type { DType } from "../../../dtype/index.ts";
import { NotImplementedError } from "../../../errors.ts";
import type { BuiltinName } from "../../../expr/index.ts";

/** PyTorch's C++ names of dtypes, as its errors spell them; by dtype id. */
const SCALAR_TYPES = [
  "Byte",
  "Char",
  "Short",
  "Int",
  "Long",
  "Half",
  "BFloat16",
  "Float",
  "Double",
  "ComplexFloat",
  "ComplexDouble",
  "Bool",
];

export function notImplemented(fn: BuiltinName, compute: DType): NotImplementedError {
  return new NotImplementedError(`"${fn}" not implemented for '${SCALAR_TYPES[compute.id]}'`);
}
