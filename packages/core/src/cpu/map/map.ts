import { BOOL, type Program, kindOf } from "../../expr/index.ts";
import {
  Complex,
  type DType,
  type Scalar,
  bool,
  complex128,
  float32,
  float64,
  int64,
  readElement,
} from "../../dtype/index.ts";
import { convertValue } from "../codegen/index.ts";
import { type ArrayView, numelOf } from "../view.ts";
import { Kernel } from "./kernel.ts";
import { CONSTANT } from "./loop.ts";
import { Plan } from "./plan.ts";

/** Kernels of a program: nested arrays indexed by the dtype ids of computation, output and slots. */
type Node = (Node | Kernel | undefined)[];

const plan = new Plan();
// Reused by every call that is not one of the short cuts; tensors are dropped from them afterwards.
const views: (ArrayView | null)[] = [];
const ids: number[] = [];
const offsets: number[] = [];
const slots: unknown[] = [];
const layout: number[] = [];

/**
 * Computes `program` for every element of `out`.
 *
 * @param compute - dtype of the arithmetic: operands are converted to it, the result from it
 * @param out - written in place; may be one of the inputs, with the same layout
 * @param inputs - operands, broadcast to `out.shape`; a scalar is the same for every element
 * @param scalars - values of `program.scalars`
 * @throws RuntimeError for an integer division by zero
 * @throws NotImplementedError when the program uses a function that `compute` has not
 */
export function map(
  program: Program,
  compute: DType,
  out: ArrayView,
  inputs: readonly (ArrayView | Scalar)[],
  scalars: readonly Scalar[],
): void {
  if (scalars.length === 0) {
    if (inputs.length === 2) {
      const a = inputs[0]!;
      const b = inputs[1]!;
      if (isView(a) && isView(b) && sameDense(out, a) && sameDense(out, b)) {
        const kernel = find2(program, compute.id, out.dtype.id, a.dtype.id, b.dtype.id);
        if (kernel !== undefined) {
          kernel.contiguous(
            numelOf(out.shape),
            out.array,
            out.offset * out.dtype.lanes,
            a.array,
            a.offset * a.dtype.lanes,
            b.array,
            b.offset * b.dtype.lanes,
          );
          return;
        }
      }
    } else if (inputs.length === 1) {
      const a = inputs[0]!;
      if (isView(a) && sameDense(out, a)) {
        const kernel = find1(program, compute.id, out.dtype.id, a.dtype.id);
        if (kernel !== undefined) {
          kernel.contiguous(
            numelOf(out.shape),
            out.array,
            out.offset * out.dtype.lanes,
            a.array,
            a.offset * a.dtype.lanes,
          );
          return;
        }
      }
    }
  }
  mapGeneral(program, compute, out, inputs, scalars);
}

function mapGeneral(
  program: Program,
  compute: DType,
  out: ArrayView,
  inputs: readonly (ArrayView | Scalar)[],
  scalars: readonly Scalar[],
): void {
  const n = numelOf(out.shape);
  const operands = program.operands;
  const count = operands + program.scalars.length;
  let dense = denseStrides(out);
  for (let k = 0; k < operands; k++) {
    const input = inputs[k]!;
    if (!isView(input)) {
      setConstant(k, input, null, program, compute);
    } else if (numelOf(input.shape) === 1 && n !== 1) {
      setConstant(k, readElement(input.array, input.dtype, input.offset), input.dtype, program, compute);
    } else {
      views[k] = input;
      ids[k] = input.dtype.id;
      offsets[k + 1] = input.offset * input.dtype.lanes;
      slots[2 * k] = input.array;
      slots[2 * k + 1] = offsets[k + 1];
      dense = dense && sameDense(out, input);
    }
  }
  for (let k = operands; k < count; k++) setConstant(k, scalars[k - operands]!, null, program, compute);
  const kernel = find(program, compute, out.dtype, count);
  offsets[0] = out.offset * out.dtype.lanes;
  if (dense) callContiguous(kernel, n, out, count);
  else if (n > 0) runStrided(kernel, out, count);
  for (let k = 0; k < operands; k++) {
    views[k] = null;
    slots[2 * k] = 0;
  }
}

function runStrided(kernel: Kernel, out: ArrayView, count: number): void {
  plan.set(out, views, count);
  const { rank, sizes, steps } = plan;
  if (rank === 0 || (rank === 1 && unitSteps(out, count))) {
    callContiguous(kernel, rank === 0 ? 1 : sizes[0]!, out, count);
    return;
  }
  layout[0] = rank > 1 ? sizes[rank - 2]! : 1;
  layout[1] = sizes[rank - 1]!;
  for (let t = 0; t <= count; t++) {
    layout[2 + 2 * t] = rank > 1 ? steps[t]![rank - 2]! : 0;
    layout[3 + 2 * t] = steps[t]![rank - 1]!;
  }
  if (rank <= 2) callStrided(kernel, out, count);
  else plan.outer(2, offsets, count + 1, () => callStrided(kernel, out, count));
}

/** Whether all tensors advance by one element in the only dimension. */
function unitSteps(out: ArrayView, count: number): boolean {
  if (plan.steps[0]![0] !== out.dtype.lanes) return false;
  for (let t = 0; t < count; t++) {
    const view = views[t]!;
    if (view !== null && plan.steps[t + 1]![0] !== view.dtype.lanes) return false;
  }
  return true;
}

function callContiguous(kernel: Kernel, n: number, out: ArrayView, count: number): void {
  const array = out.array;
  const at = offsets[0]!;
  const s = slots;
  if (count === 1) kernel.contiguous(n, array, at, s[0], s[1]);
  else if (count === 2) kernel.contiguous(n, array, at, s[0], s[1], s[2], s[3]);
  else if (count === 3) kernel.contiguous(n, array, at, s[0], s[1], s[2], s[3], s[4], s[5]);
  else kernel.contiguous(n, array, at, ...s.slice(0, 2 * count));
}

function callStrided(kernel: Kernel, out: ArrayView, count: number): void {
  const array = out.array;
  const at = offsets[0]!;
  const s = slots;
  for (let k = 0; k < count; k++) if (ids[k] !== CONSTANT) s[2 * k + 1] = offsets[k + 1];
  if (count === 1) kernel.strided(layout, array, at, s[0], s[1]);
  else if (count === 2) kernel.strided(layout, array, at, s[0], s[1], s[2], s[3]);
  else if (count === 3) kernel.strided(layout, array, at, s[0], s[1], s[2], s[3], s[4], s[5]);
  else kernel.strided(layout, array, at, ...s.slice(0, 2 * count));
}

/** @param dtype - of a tensor with one element, or null for a plain scalar */
function setConstant(k: number, value: Scalar, dtype: DType | null, program: Program, compute: DType): void {
  views[k] = null;
  ids[k] = CONSTANT;
  offsets[k + 1] = 0;
  if (typeof value === "number" && (compute === float32 || compute === float64)) {
    slots[2 * k] = compute === float32 ? Math.fround(value) : value;
    slots[2 * k + 1] = 0;
    return;
  }
  const constant = convertValue(value, dtype ?? dtypeOfScalar(value), constantDtype(dtype, program, compute));
  slots[2 * k] = constant instanceof Complex ? constant.re : constant;
  slots[2 * k + 1] = constant instanceof Complex ? constant.im : 0;
}

/**
 * Scalars in half precision arithmetic keep single precision, as PyTorch's opmath does; comparisons
 * are made between halves.
 */
function constantDtype(dtype: DType | null, program: Program, compute: DType): DType {
  if (dtype !== null || compute.itemsize !== 2 || !compute.is_floating_point) return compute;
  return kindOf(program.result, program, compute) === BOOL ? compute : float32;
}

function dtypeOfScalar(value: Scalar): DType {
  switch (typeof value) {
    case "boolean":
      return bool;
    case "bigint":
      return int64;
    case "number":
      return float64;
    default:
      return complex128;
  }
}

function isView(input: ArrayView | Scalar): input is ArrayView {
  return typeof input === "object" && !(input instanceof Complex);
}

/** Whether `out` and `input` have one shape and both lie in row-major order without gaps. */
function sameDense(out: ArrayView, input: ArrayView): boolean {
  const shape = out.shape;
  const other = input.shape;
  if (shape.length !== other.length) return false;
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d]!;
    if (other[d] !== size) return false;
    if (size !== 1) {
      if (input.strides[d] !== step || out.strides[d] !== step) return false;
      step *= size;
    }
  }
  return true;
}

function denseStrides(view: ArrayView): boolean {
  return sameDense(view, view);
}

function find1(program: Program, compute: number, out: number, a: number): Kernel | undefined {
  const root = program.host as Node | null;
  if (root === null) return undefined;
  const second = root[compute] as Node | undefined;
  if (second === undefined) return undefined;
  const third = second[out] as Node | undefined;
  if (third === undefined) return undefined;
  return third[a] as Kernel | undefined;
}

function find2(program: Program, compute: number, out: number, a: number, b: number): Kernel | undefined {
  const node = find1(program, compute, out, a) as unknown as Node | undefined;
  return node === undefined ? undefined : (node[b] as Kernel | undefined);
}

/** The kernel of a program of one operand, for callers that lay out the loops themselves. */
export function kernelOf(program: Program, compute: DType, out: DType, a: DType): Kernel {
  const kernel = find1(program, compute.id, out.id, a.id);
  if (kernel !== undefined) return kernel;
  ids[0] = a.id;
  return find(program, compute, out, 1);
}

/** The kernel for the dtypes in `ids`, made if need be. */
function find(program: Program, compute: DType, out: DType, count: number): Kernel {
  let node = (program.host ??= newNode()) as Node;
  node = child(child(node, compute.id), out.id);
  const operands = program.operands;
  // Scalars are always constant, so that only operands tell kernels apart.
  for (let k = 0; k < operands - 1; k++) node = child(node, ids[k]!);
  const last = operands === 0 ? 0 : ids[operands - 1]!;
  let kernel = node[last] as Kernel | undefined;
  if (kernel === undefined) {
    kernel = new Kernel(program, compute, out, ids.slice(0, count));
    node[last] = kernel;
  }
  return kernel;
}

function child(node: Node, index: number): Node {
  return (node[index] ??= newNode()) as Node;
}

function newNode(): Node {
  return new Array<undefined>(CONSTANT + 1).fill(undefined);
}
