import type { DType, Scalar, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";

/** Address of 16 bytes that repeat a number as an element of `dtype`, for the call under way; -1 when there is no room. */
export function patternOf(engine: Engine, value: Scalar, dtype: DType): number {
  const { heap, host, operands } = engine;
  const at = operands.reserve(16);
  if (at < 0) return -1;
  const bytes = new Uint8Array(16);
  const array = new dtype.ArrayType(bytes.buffer, 0, dtype.lanes);
  const one = { array, dtype, shape: [], strides: [], offset: 0 };
  const write = host["fill"] as (out: object, value: Scalar) => void;
  write(one, value);
  for (let i = dtype.itemsize; i < 16; i++) bytes[i] = bytes[i - dtype.itemsize]!;
  heap.bytes.set(bytes, at);
  return at;
}

/** Elements below which the host's loop is as fast. */
const FEW = 256;
/** Nanoseconds for a byte. */
const COST = 0.05;

/** Sets every element of a dense tensor; false when the host has to. */
export function fillDense(engine: Engine, out: Tensor, value: Scalar): boolean {
  const { operands, threads } = engine;
  if (out.numel() < engine.few(FEW) || !out.contiguous_ || out.numel() === 0) return false;
  operands.begin();
  const [to, pattern] = [operands.output(out), patternOf(engine, value, out.dtype)];
  if (to < 0 || pattern < 0) return false;
  const bytes = out.numel() * out.dtype.itemsize;
  threads.run(
    "fillPattern",
    threads.split(bytes, COST * bytes, 64).map(([from, end]) => [to + from, end - from, pattern]),
  );
  operands.end();
  return true;
}
