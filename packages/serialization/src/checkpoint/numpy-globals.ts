/**
 * NumPy's scalars and arrays, which training scripts leave in checkpoints (a best accuracy, the
 * generator's state, names of classes). Scalars become JavaScript values, arrays of numbers tensors,
 * arrays of texts and objects nested lists.
 */
import type { DType } from "@tt/core";
import { UnpicklingError } from "../pickle/errors.ts";
import type { Budget } from "../pickle/globals.ts";
import { type Buildable, Callable } from "../pickle/values.ts";
import { NumpyDType } from "./numpy-types.ts";

/** What an array holds: a tensor's memory, or nested lists of values (a value alone without dimensions). */
export type NumpyContents =
  | { readonly dtype: DType; readonly bytes: Uint8Array<ArrayBuffer>; readonly fortranOrder: boolean }
  | { readonly list: unknown };

/** An array as its pickle describes it; the bytes arrive with its state. */
export class NumpyArrayRecord implements Buildable {
  shape: readonly number[] = [];
  contents: NumpyContents | undefined;
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  setstate(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 5) damaged();
    const [, shape, type, fortran, contents] = state as unknown[];
    this.fill(shape, type, fortran === true, contents);
  }

  fill(shape: unknown, type: unknown, fortranOrder: boolean, contents: unknown): void {
    if (!(type instanceof NumpyDType) || !isShape(shape)) damaged();
    this.shape = [...shape];
    const count = shape.reduce((product, n) => product * n, 1);
    if (type.kind === "O") {
      if (!Array.isArray(contents) || contents.length !== count) damaged();
      this.contents = { list: this.#nest(contents as unknown[], fortranOrder) };
      return;
    }
    // Python 2 had no bytes: its texts hold them.
    const data = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
    if (!(data instanceof Uint8Array)) damaged();
    if (count * type.itemsize !== data.length)
      throw new UnpicklingError(`a numpy array of shape [${shape.join(", ")}] has ${data.length} bytes of data`);
    this.#budget.charge(data.length);
    if (type.isText) {
      this.#budget.charge(count);
      const { itemsize } = type;
      const items = Array.from({ length: count }, (_, i) => type.toValue(data.slice(i * itemsize, (i + 1) * itemsize)));
      this.contents = { list: this.#nest(items, fortranOrder) };
    } else {
      this.contents = { dtype: type.dtype, bytes: type.toMemory(data), fortranOrder };
    }
  }

  /** The items as lists of lists; in Fortran's order the first index moves fastest. */
  #nest(items: readonly unknown[], fortranOrder: boolean): unknown {
    const { shape } = this;
    const strides = shape.map((_, d) =>
      (fortranOrder ? shape.slice(0, d) : shape.slice(d + 1)).reduce((product, n) => product * n, 1),
    );
    const build = (dim: number, at: number): unknown => {
      if (dim === shape.length) return items[at];
      this.#budget.charge(1 + shape[dim]!);
      return Array.from({ length: shape[dim]! }, (_, i) => build(dim + 1, at + i * strides[dim]!));
    };
    return build(0, 0);
  }
}

function damaged(): never {
  throw new UnpicklingError("a numpy array is damaged");
}

function isShape(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 64 &&
    value.every((n) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0)
  );
}

function scalar(type: unknown, data: unknown, budget: Budget): unknown {
  if (!(type instanceof NumpyDType) || !(data instanceof Uint8Array) || data.length !== type.itemsize)
    throw new UnpicklingError("a numpy scalar is damaged");
  budget.charge(data.length);
  return type.toValue(data);
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
  // NumPy 2 renamed its core modules.
  for (const core of ["numpy.core", "numpy._core"]) {
    define(`${core}.multiarray.scalar`, (type, data) => scalar(type, data, budget));
    define(`${core}.multiarray._reconstruct`, () => new NumpyArrayRecord(budget));
    define(`${core}.numeric._frombuffer`, (data, type, shape, order) => {
      const array = new NumpyArrayRecord(budget);
      array.fill(shape, type, order === "F", data);
      return array;
    });
  }
  return table;
}
