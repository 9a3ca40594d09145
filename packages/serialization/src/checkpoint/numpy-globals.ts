/**
 * NumPy's scalars and arrays, which training scripts leave in checkpoints (a best accuracy, say).
 * Scalars become JavaScript values, arrays tensors.
 */
import { Complex, type DType, readElement } from "@tt/core";
import { UnpicklingError } from "../pickle/errors.ts";
import type { Budget } from "../pickle/globals.ts";
import { type Buildable, Callable, PyFloat } from "../pickle/values.ts";
import { parseDescr, swapBytes } from "../numpy/descr.ts";

/** `numpy.dtype("f4")`, whose state then tells the byte order. */
class NumpyDType implements Buildable {
  readonly descr: string;
  bigEndian: boolean;

  constructor(descr: string) {
    this.descr = descr;
    this.bigEndian = descr.startsWith(">");
  }

  get dtype(): DType {
    return parseDescr(this.descr).dtype;
  }

  setstate(state: unknown): void {
    if (!Array.isArray(state)) throw new UnpicklingError("a numpy dtype is damaged");
    this.bigEndian = state[1] === ">";
  }
}

/** An array as its pickle describes it; the bytes arrive with its state. */
export class NumpyArrayRecord implements Buildable {
  dtype: DType | undefined;
  shape: readonly number[] = [];
  fortranOrder = false;
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  setstate(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 5) throw new UnpicklingError("a numpy array is damaged");
    const [, shape, type, fortran, contents] = state as unknown[];
    // Python 2 had no bytes: its texts hold them.
    const data = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
    if (!(type instanceof NumpyDType) || !(data instanceof Uint8Array) || !isShape(shape))
      throw new UnpicklingError("a numpy array is damaged");
    const { dtype } = type;
    const nbytes = shape.reduce((product, n) => product * n, dtype.itemsize);
    if (nbytes !== data.length)
      throw new UnpicklingError(`a numpy array of shape [${shape.join(", ")}] has ${data.length} bytes of data`);
    this.#budget.charge(data.length);
    this.dtype = dtype;
    this.shape = [...shape];
    this.fortranOrder = fortran === true;
    this.bytes = ownBytes(data, type);
  }
}

function isShape(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 64 &&
    value.every((n) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0)
  );
}

function ownBytes(data: Uint8Array, type: NumpyDType): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data);
  if (type.bigEndian) swapBytes(bytes, type.dtype);
  return bytes;
}

function scalar(type: unknown, data: unknown, budget: Budget): unknown {
  if (!(type instanceof NumpyDType) || !(data instanceof Uint8Array) || data.length !== type.dtype.itemsize)
    throw new UnpicklingError("a numpy scalar is damaged");
  budget.charge(data.length);
  const { dtype } = type;
  const value = readElement(new dtype.ArrayType(ownBytes(data, type).buffer), dtype, 0);
  if (value instanceof Complex || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return dtype.is_floating_point && Number.isInteger(value) ? new PyFloat(value) : value;
}

export function numpyGlobals(budget: Budget): Map<string, unknown> {
  const table = new Map<string, unknown>();
  const define = (path: string, call: (...args: unknown[]) => unknown): void =>
    void table.set(path, new Callable(path, call));
  define("numpy.dtype", (descr) => {
    if (typeof descr !== "string") throw new UnpicklingError("a numpy dtype is damaged");
    return new NumpyDType(descr);
  });
  define("numpy.ndarray", () => {
    throw new UnpicklingError("numpy.ndarray cannot be called by a checkpoint");
  });
  // NumPy 2 renamed its core module.
  for (const core of ["numpy.core.multiarray", "numpy._core.multiarray"]) {
    define(`${core}.scalar`, (type, data) => scalar(type, data, budget));
    define(`${core}._reconstruct`, () => new NumpyArrayRecord(budget));
  }
  return table;
}
