import { DType, NotImplementedError } from "@tt/core";
import { scalarType } from "@tt/serialization";

/** The element type behind TorchScript's number of it. */
export function dtypeOf(value: unknown): DType {
  const dtype = value instanceof DType ? value : scalarType(value);
  if (dtype === undefined) throw new NotImplementedError(`TorchScript: element type ${String(value)} is not supported`);
  return dtype;
}
