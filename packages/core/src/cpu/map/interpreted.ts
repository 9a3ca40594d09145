import { COMPLEX } from "../../expr/index.ts";
import {
  Complex,
  type DType,
  DTYPES,
  type Scalar,
  type TypedArray,
  readElement,
  writeElement,
} from "../../dtype/index.ts";
import { convertValue, dtypeOfKind, interpret, roundReal } from "../codegen/index.ts";
import { CONSTANT, type ContiguousLoop, type LoopSpec, type StridedLoop, isMove } from "./loop.ts";

/** Computes the element at entry `outAt` from the entries in `slots` (array, entry pairs). */
type Element = (out: TypedArray, outAt: number, slots: readonly unknown[], entries: readonly number[]) => void;

function interpretElement(spec: LoopSpec): Element {
  const { program, compute, out } = spec;
  if (isMove(spec)) {
    const k = (program.result as { index: number }).index;
    return (array, at, slots, entries) => {
      const source = slots[2 * k] as Float64Array;
      for (let lane = 0; lane < out.lanes; lane++) (array as Float64Array)[at + lane] = source[entries[k]! + lane]!;
    };
  }
  const { kind, run } = interpret(program, compute);
  const from = dtypeOfKind(kind, compute);
  const frame = { operands: [] as Scalar[], scalars: [] as Scalar[], locals: [] as Scalar[] };
  return (array, at, slots, entries) => {
    for (let k = 0; k < spec.slots.length; k++) {
      const id = spec.slots[k]!;
      let value: Scalar;
      if (id === CONSTANT) {
        value = slots[2 * k] as Scalar;
        if (compute.category === COMPLEX) value = new Complex(value as number, slots[2 * k + 1] as number);
      } else {
        const dtype = DTYPES[id]!;
        value = convertValue(readElement(slots[2 * k] as TypedArray, dtype, entries[k]! / dtype.lanes), dtype, compute);
      }
      if (k < program.operands) frame.operands[k] = value;
      else frame.scalars[k - program.operands] = value;
    }
    writeElement(array, out, at / out.lanes, convertValue(rounded(run(frame), from), from, out));
  };
}

function rounded(value: Scalar, dtype: DType): Scalar {
  if (typeof value === "number" && dtype.category >= 2) return roundReal(value, dtype);
  return value instanceof Complex ? new Complex(roundReal(value.re, dtype), roundReal(value.im, dtype)) : value;
}

export function interpretContiguous(spec: LoopSpec): ContiguousLoop {
  const element = interpretElement(spec);
  const lanes = spec.slots.map((id) => DTYPES[id]?.lanes ?? 0);
  return (n, out, outAt, ...slots) => {
    const entries = lanes.map((_, k) => slots[2 * k + 1] as number);
    for (let i = 0; i < n; i++) {
      element(out, outAt + i * spec.out.lanes, slots, entries);
      for (let k = 0; k < entries.length; k++) entries[k]! += lanes[k]!;
    }
  };
}

export function interpretStrided(spec: LoopSpec): StridedLoop {
  const element = interpretElement(spec);
  const entries = new Array<number>(spec.slots.length);
  return (layout, out, outAt, ...slots) => {
    for (let i = 0; i < layout[0]!; i++) {
      for (let j = 0; j < layout[1]!; j++) {
        for (let k = 0; k < entries.length; k++) {
          entries[k] = (slots[2 * k + 1] as number) + i * layout[4 + 2 * k]! + j * layout[5 + 2 * k]!;
        }
        element(out, outAt + i * layout[2]! + j * layout[3]!, slots, entries);
      }
    }
  };
}
