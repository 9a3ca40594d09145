import { CPU, type Device } from "../device.ts";
import {
  bool,
  type DType,
  get_default_dtype,
  resultType,
  type Scalar,
  scalarTypeName,
  toComplex,
  toReal,
} from "../dtype/index.ts";
import { NotImplementedError, RuntimeError } from "../errors.ts";
import { broadcastPair, sameShape } from "../layout.ts";
import { Tensor } from "../tensor/tensor.ts";
import { allocate, resizeOutput } from "./allocate.ts";
import { type KernelTable, tableOf } from "./backend.ts";
import type { Bound, Op, Promotion } from "./op.ts";
import { modes } from "./state.ts";

/**
 * The commonest call: one or two dense operands of the same dtype, shape and device (the second may be
 * a number). Null for all others.
 */
function runUniform(op: Op, args: readonly Bound[]): Tensor | null {
  const { operands } = op;
  const first = args[0] as unknown;
  if (operands.length > 2 || operands[0] !== 0 || !(first instanceof Tensor) || !first.contiguous_) return null;
  const { dtype, storage } = first;
  const { promote = "default" } = op.pointwise!;
  if (typeof promote === "function" || (dtype.category < 2 && promote !== "default")) return null;
  let inputs = args as readonly (Tensor | Scalar)[];
  if (operands.length === 2) {
    const second = args[operands[1]!] as unknown;
    if (second instanceof Tensor) {
      if (second.dtype !== dtype || second.storage.device !== storage.device || !second.contiguous_) return null;
      if (!sameShape(first.shape, second.shape)) return null;
    } else if (typeof second !== "number" || dtype.category !== 2) return null;
    if (args.length !== 2) inputs = [first, second];
  } else if (args.length !== 1) inputs = [first];
  const table = tableOf(storage.device);
  if (table.find(op) !== null) return null;
  const result = promote === "default" ? dtype : resultDtype(promote, dtype);
  const memory = table.backend.allocate(storage.device, result, first.numel());
  const out = new Tensor(memory, result, first.shape, first.strides, 0, 1);
  if (modes().inference) out.extra = { inference: true };
  runMap(op, table, dtype, out, inputs, args);
  return out;
}

/** Runs an element-wise op; into `target` when given (in place or `out=`). */
export function runPointwise(op: Op, args: readonly Bound[], target: Tensor | null, inplace: boolean): Tensor {
  const record = op.pointwise!;
  if (record.check !== undefined) record.check(...args);
  if (target === null) {
    const quick = runUniform(op, args);
    if (quick !== null) return quick;
  }
  const { operands } = op;
  const n = operands.length;
  // The usual case, decided without allocation: tensors alike in dtype, shape and device.
  let first: Tensor | null = null;
  let uniform = true;
  let shape: readonly number[] | null = null;
  let device: Device | null = null;
  for (let i = 0; i < n; i++) {
    const operand = args[operands[i]!] as Tensor | Scalar | null;
    if (!(operand instanceof Tensor)) {
      // An integral number never changes the dtype of an integral or floating tensor.
      if (
        first === null ||
        !(
          typeof operand === "number" &&
          (first.dtype.category === 2 || (first.dtype.category === 1 && Number.isInteger(operand)))
        )
      ) {
        uniform = false;
      }
      continue;
    }
    if (first === null) {
      first = operand;
      shape = operand.shape;
      device = operand.storage.device;
      continue;
    }
    if (operand.dtype !== first.dtype) uniform = false;
    if (operand.shape !== shape) shape = broadcastPair(shape!, operand.shape);
    if (operand.storage.device !== device) device = mixDevices(device!, first, operand);
  }
  const inputs = new Array<Tensor | Scalar>(n);
  for (let i = 0; i < n; i++) inputs[i] = args[operands[i]!] as Tensor | Scalar;
  const common = uniform && first !== null ? first.dtype : resultType(inputs);
  const promote = typeof record.promote === "function" ? record.promote(...args) : (record.promote ?? "default");
  const compute = computeDtype(promote, common);
  const result = resultDtype(promote, compute);
  if (device === null) device = CPU;
  if (shape === null) shape = [];
  let out: Tensor;
  if (target === null) out = allocate(shape, result, device);
  else {
    out = target;
    checkTarget(op, out, shape, result, inputs, inplace);
  }
  const table = tableOf(device);
  const own = table.find(op);
  if (own !== null) own(out, ...args);
  else {
    for (let i = 0; i < n; i++) {
      const input = inputs[i]!;
      // An operand that was not given is not in the program either; a 0-d cpu operand travels as a number.
      if (input === null) inputs[i] = 0;
      else if (input instanceof Tensor && input.storage.device !== device) inputs[i] = input.item();
    }
    runMap(op, table, compute, out, inputs, args);
  }
  return out;
}

function runMap(
  op: Op,
  table: KernelTable,
  compute: DType,
  out: Tensor,
  inputs: readonly (Tensor | Scalar)[],
  args: readonly Bound[],
): void {
  const program = op.program(args);
  try {
    table.map(program, compute, out, inputs, op.scalars(program, args));
  } catch (error) {
    if (!(error instanceof NotImplementedError)) throw error;
    throw new RuntimeError(`"${op.name}_${out.storage.device.type}" not implemented for '${scalarTypeName(compute)}'`, {
      cause: error,
    });
  }
}

function mixDevices(device: Device, first: Tensor, next: Tensor): Device {
  if (next.shape.length === 0 && next.storage.device === CPU) return device;
  if (first.shape.length === 0 && first.storage.device === CPU) return next.storage.device;
  throw new RuntimeError(
    `Expected all tensors to be on the same device, but found at least two devices, ${device.toString()} and ${next.device.toString()}!`,
  );
}

/** The dtype arithmetic happens in. */
export function computeDtype(promote: Promotion, common: DType): DType {
  if (promote === "float" || promote === "float_real" || promote === "float_comparison") {
    return common.category < 2 ? get_default_dtype() : common;
  }
  return common;
}

/** The dtype of the result. */
export function resultDtype(promote: Promotion, compute: DType): DType {
  switch (promote) {
    case "comparison":
    case "float_comparison":
      return bool;
    case "real":
    case "float_real":
      return toReal(compute);
    case "complex":
      return toComplex(compute);
    default:
      return compute;
  }
}

/** Throws unless values of `result` may be stored as `out`'s dtype. */
export function checkCast(result: DType, out: DType): void {
  if (result.category > out.category) {
    throw new RuntimeError(
      `result type ${scalarTypeName(result)} can't be cast to the desired output type ${scalarTypeName(out)}`,
    );
  }
}

/** Throws when several elements of `tensor` are one in memory. */
export function assertNoInternalOverlap(tensor: Tensor): void {
  for (let i = 0; i < tensor.shape.length; i++) {
    if (tensor.strides[i] === 0 && tensor.shape[i]! > 1) {
      throw new RuntimeError(
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.",
      );
    }
  }
}

function assertNoPartialOverlap(out: Tensor, input: Tensor): void {
  if (input === out || input.storage !== out.storage || !input.contiguous_ || !out.contiguous_) return;
  if (input.offset === out.offset && sameShape(input.shape, out.shape)) return;
  const start = input.offset * input.dtype.itemsize;
  const end = start + input.numel() * input.dtype.itemsize;
  const outStart = out.offset * out.dtype.itemsize;
  const outEnd = outStart + out.numel() * out.dtype.itemsize;
  if (start < outEnd && outStart < end) {
    throw new RuntimeError(
      "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. Please clone() the tensor before performing the operation.",
    );
  }
}

function checkTarget(
  op: Op,
  out: Tensor,
  shape: readonly number[],
  result: DType,
  inputs: readonly (Tensor | Scalar)[],
  inplace: boolean,
): void {
  checkCast(result, out.dtype);
  if (inplace) {
    if (!sameShape(out.shape, shape)) {
      throw new RuntimeError(
        `output with shape [${out.shape.join(", ")}] doesn't match the broadcast shape [${shape.join(", ")}]`,
      );
    }
  } else resizeOutput(out, shape);
  assertNoInternalOverlap(out);
  for (const input of inputs) if (input instanceof Tensor) assertNoPartialOverlap(out, input);
}
