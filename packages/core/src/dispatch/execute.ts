import { CPU, type Device, device as toDevice } from "../device.ts";
import { scalarTypeName } from "../dtype/index.ts";
import { NotImplementedError, RuntimeError } from "../errors.ts";
import { sameShape } from "../layout.ts";
import { memory } from "../storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { allocate, resizeOutput } from "./allocate.ts";
import { type Kernel, type KernelTable, tableOf } from "./backend.ts";
import type { Bound, Meta, Op } from "./op.ts";
import { assertNoInternalOverlap, checkCast, runPointwise } from "./pointwise.ts";
import { state } from "./state.ts";

/** Computes an op without layers and autograd. */
export function execute(op: Op, args: Bound[]): unknown {
  const sparse = state.sparse?.(op, args, null);
  if (sparse !== undefined) return sparse;
  if (op.pointwise !== null) return runPointwise(op, args, null, false);
  if (op.kernel !== null) return runKernel(op, args, null);
  if (op.view !== null) {
    op.record.check?.(...args);
    return op.view.view(...args);
  }
  op.record.check?.(...args);
  const device = deviceOf(op, args);
  if (device !== null) {
    const fused = tableOf(device).find(op);
    if (fused !== null) return fused(null, ...args);
  }
  const { decompose } = op.composite!;
  return memory.own === null ? decompose(...args) : memory.own(decompose, args);
}

/** Computes an op into its first argument, which has `args[0]`'s place. */
export function executeInplace(op: Op, args: Bound[], target: Tensor): Tensor {
  const sparse = state.sparse?.(op, args, target) !== undefined;
  if (!sparse && op.pointwise !== null) runPointwise(op, args, target, true);
  else if (!sparse && op.kernel !== null) runKernel(op, args, target);
  else if (!sparse) {
    const result = execute(op, args);
    if (result !== target) {
      const tensor = result as Tensor;
      checkCast(tensor.dtype, target.dtype);
      if (!sameShape(tensor.shape, target.shape)) {
        throw new RuntimeError(
          `output with shape [${target.shape.join(", ")}] doesn't match the broadcast shape [${tensor.shape.join(", ")}]`,
        );
      }
      copyInto(target, tensor);
    }
  }
  target.versionCell.version++;
  return target;
}

/** Computes an op into `out`, resizing it as `out=` does. */
export function executeOut(op: Op, args: Bound[], out: Tensor | readonly Tensor[]): unknown {
  if (op.pointwise !== null && out instanceof Tensor) {
    runPointwise(op, args, out, false);
    out.versionCell.version++;
    return out;
  }
  const result = execute(op, args);
  const results = (result instanceof Tensor ? [result] : result) as Tensor[];
  const targets = out instanceof Tensor ? [out] : out;
  results.forEach((value, i) => {
    const target = targets[i]!;
    const { strictOut } = op.record;
    if (strictOut !== undefined && strictOut !== false && value.dtype !== target.dtype) {
      if (typeof strictOut === "function") throw new RuntimeError(strictOut(target.dtype));
      const [want, got] = [value, target].map(({ dtype }) => scalarTypeName(dtype).toLowerCase());
      throw new RuntimeError(`Expected out tensor to have dtype ${want}, but got ${got} instead`);
    }
    checkCast(value.dtype, target.dtype);
    assertNoInternalOverlap(target);
  });
  results.forEach((value, i) => {
    const target = targets[i]!;
    resizeOutput(target, value.shape);
    copyInto(target, value);
    target.versionCell.version++;
  });
  return out;
}

/** Copies elements, converting and broadcasting; devices may differ. */
export function copyInto(target: Tensor, source: Tensor): void {
  assertNoInternalOverlap(target);
  const from = source.storage.device;
  const to = target.storage.device;
  const moved = from === to ? source : transfer(source, to);
  tableOf(to).get("copy")(target, moved);
}

/** The tensor's elements as a contiguous tensor on another device. */
export function transfer(source: Tensor, to: Device): Tensor {
  const from = tableOf(source.storage.device);
  let host = source;
  if (source.storage.host === null) {
    if (from.backend.download === undefined) {
      throw new RuntimeError(
        `a ${source.device.type} tensor can't be read synchronously here; use await tensor.toAsync(...)`,
      );
    }
    const contiguous = compact(source, from);
    host = wrapHost(contiguous, from.backend.download(contiguous.storage, contiguous.dtype));
  }
  if (to === CPU && host.storage.device === CPU) return host;
  const table = tableOf(to);
  const out = allocate(source.shape, source.dtype, to);
  const flat = compactHost(host);
  if (out.storage.host !== null) tableOf(CPU).get("copy")(out, flat);
  else table.backend.upload!(out.storage, flat.array);
  return out;
}

function compact(tensor: Tensor, table: KernelTable): Tensor {
  if (tensor.contiguous_ && tensor.offset === 0 && tensor.numel() * tensor.dtype.itemsize === tensor.storage.nbytes) {
    return tensor;
  }
  const out = allocate(tensor.shape, tensor.dtype, tensor.storage.device);
  table.get("copy")(out, tensor);
  return out;
}

function compactHost(tensor: Tensor): Tensor {
  if (tensor.contiguous_ && tensor.offset === 0 && tensor.numel() * tensor.dtype.itemsize === tensor.storage.nbytes) {
    return tensor;
  }
  const out = allocate(tensor.shape, tensor.dtype, CPU);
  tableOf(CPU).get("copy")(out, tensor);
  return out;
}

function wrapHost(like: Tensor, elements: Tensor["array"]): Tensor {
  const out = allocate(like.shape, like.dtype, CPU);
  out.storage.host = elements;
  return out;
}

function deviceOf(op: Op, args: readonly Bound[]): Device | null {
  for (const i of op.tensorArgs) {
    const arg = args[i] as unknown;
    if (arg instanceof Tensor) return arg.storage.device;
  }
  for (const i of op.listArgs) {
    const list = args[i] as readonly unknown[] | null;
    if (list !== null) for (const arg of list) if (arg instanceof Tensor) return arg.storage.device;
  }
  return null;
}

function sharedDevice(op: Op, args: readonly Bound[]): Device {
  let device: Device | null = null;
  for (const i of op.tensorArgs) device = joinedDevice(device, args[i]);
  for (const i of op.listArgs) {
    const list = (args[i] ?? []) as readonly unknown[];
    for (const arg of list) device = joinedDevice(device, arg);
  }
  return device ?? CPU;
}

function joinedDevice(device: Device | null, arg: unknown): Device | null {
  if (!(arg instanceof Tensor) || arg.storage.device === device) return device;
  if (device === null) return arg.storage.device;
  throw new RuntimeError(
    `Expected all tensors to be on the same device, but found at least two devices, ${String(device)} and ${String(arg.device)}!`,
  );
}

function runKernel(op: Op, args: Bound[], target: Tensor | null): unknown {
  const record = op.kernel!;
  record.check?.(...args);
  const device = record.anyDevice === true ? (args[0] as Tensor).storage.device : sharedDevice(op, args);
  const table = tableOf(device);
  const kernel = table.find(op) ?? hostFallback(op, table, device);
  let inputs = record.kernelArgs === undefined ? args : record.kernelArgs(...args);
  if (record.anyDevice === true) inputs = inputs.map((input) => onDevice(input, device));
  if (record.mutates) {
    assertNoInternalOverlap(args[0] as Tensor);
    kernel(...(inputs as [Bound]));
    return args[0];
  }
  if (record.meta === undefined) {
    // Kernels shared with the host may have made their results there.
    const result = onDevice(kernel(null, ...inputs), device) as Tensor;
    if (target !== null) copyInto(target, result);
    return target ?? result;
  }
  const meta = record.meta(...args);
  if (Array.isArray(meta)) {
    const outs = (meta as readonly Meta[]).map((m) => allocate(m.shape, m.dtype, device));
    kernel(outs, ...inputs);
    return outs;
  }
  const { shape, dtype } = meta as Meta;
  if (target !== null) {
    checkCast(dtype, target.dtype);
    if (!sameShape(target.shape, shape)) {
      throw new RuntimeError(
        `output with shape [${target.shape.join(", ")}] doesn't match the broadcast shape [${shape.join(", ")}]`,
      );
    }
    if (record.aliasable && target.dtype === dtype) {
      assertNoInternalOverlap(target);
      kernel(target, ...inputs);
      return target;
    }
  }
  const out = allocate(shape, dtype, device);
  kernel(out, ...inputs);
  if (target === null) return out;
  copyInto(target, out);
  return target;
}

function onDevice(result: unknown, device: Device): unknown {
  if (Array.isArray(result)) return result.map((item) => onDevice(item, device));
  return result instanceof Tensor && result.storage.device !== device ? transfer(result, device) : result;
}

const warned = new Set<string>();
const fallbacks = new Map<string, number>();

/** How often each "device op" pair ran on the host for want of a kernel. */
export function hostFallbacks(): ReadonlyMap<string, number> {
  return fallbacks;
}

/** A kernel that brings the operands to the host, computes there and takes the results back. */
function hostFallback(op: Op, table: KernelTable, device: Device): Kernel {
  const cpu = tableOf(CPU);
  const kernel = device === CPU ? null : cpu.find(op);
  if (kernel === null) {
    throw new NotImplementedError(
      `Could not run '${op.schema.fullName}' on device "${device.type}": backend "${table.backend.name}" has no kernel "${op.kernel!.kernel}" and there is none on the host to fall back to`,
    );
  }
  const key = `${device.type} ${op.schema.fullName}`;
  fallbacks.set(key, (fallbacks.get(key) ?? 0) + 1);
  if (!warned.has(key)) {
    warned.add(key);
    // oxlint-disable-next-line no-console
    console.warn(`UserWarning: ${op.schema.fullName} has no ${device.type} kernel and runs on the host`);
  }
  const down = (value: unknown): unknown =>
    value instanceof Tensor ? transfer(value, CPU) : Array.isArray(value) ? value.map(down) : value;
  const up = (value: unknown): unknown =>
    value instanceof Tensor ? transfer(value, device) : Array.isArray(value) ? value.map(up) : value;
  return (out: unknown, ...args: unknown[]): unknown => {
    if (op.kernel!.mutates) {
      const target = down(out) as Tensor;
      kernel(target, ...args.map(down));
      copyInto(out as Tensor, target);
      return undefined;
    }
    const hostOut = down(out);
    const result = kernel(hostOut, ...args.map(down));
    if (out === null) return up(result);
    const targets = (Array.isArray(out) ? out : [out]) as Tensor[];
    const sources = (Array.isArray(hostOut) ? hostOut : [hostOut]) as Tensor[];
    targets.forEach((t, i) => copyInto(t, sources[i]!));
    return undefined;
  };
}

/** The device that a factory's `device` argument means. */
export function deviceArg(device: Device | string | null | undefined, otherwise: Device): Device {
  return device === null || device === undefined ? otherwise : toDevice(device);
}
