import { pythonTypeName } from "../../dispatch/args.ts";
import { call } from "../../dispatch/call.ts";
import { type Bound, findOp, type Formula } from "../../dispatch/op.ts";
import { Complex, type DType, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** Gradient of a function that is constant almost everywhere. */
export const zero: Formula = (g: Tensor) => g.new_zeros(g.shape);

/** Gradient that PyTorch does not have either; backward through it fails. */
export function notImplemented(name: string): Formula {
  return () => {
    throw new RuntimeError(`the derivative for '${name}' is not implemented.`);
  };
}

/** Calls an op by its full name with arguments in schema order. */
export function callOp(fullName: string, ...args: Bound[]): Tensor {
  const op = findOp(fullName);
  if (op === undefined) throw new Error(`no op is called "${fullName}"`);
  return call(op, args) as Tensor;
}

/** `g` where `condition` holds, else 0. */
export function keep(g: Tensor, condition: Tensor): Tensor {
  return callOp("where", condition, g, 0);
}

/** The imaginary unit. */
export const I: Complex = new Complex(0, 1);

/** Whether an element-wise operand is complex. */
export function isComplex(value: unknown): boolean {
  return value instanceof Complex || (value instanceof Tensor && value.dtype.is_complex);
}

/** A check that at least one operand is a tensor; PyTorch takes two numbers only in plain arithmetic. */
export function someTensor(name: string): (input: unknown, other: unknown) => void {
  return (input, other) => {
    if (input instanceof Tensor || other instanceof Tensor) return;
    throw new TypeError(
      `${name}() received an invalid combination of arguments - got (${pythonTypeName(input)}, ${pythonTypeName(other)}), but expected one of:\n * (Tensor, Tensor)\n * (Number, Tensor)\n * (Tensor, Number)`,
    );
  };
}

/** A check that rejects complex tensors with `message`. */
export function notComplex(message: string): (...args: Bound[]) => void {
  return (...args) => {
    for (const arg of args) if (isComplex(arg)) throw new RuntimeError(message);
  };
}

/** A check that the first argument has a floating dtype; `kernel` is how PyTorch's message names the op. */
export function floating(kernel: string): (input: Tensor) => void {
  return ({ dtype }) => {
    if (dtype.category !== 2) throw unsupported(kernel, dtype);
  };
}

/** A check that the first argument is not bool. */
export function notBool(kernel: string): (input: Tensor) => void {
  return ({ dtype }) => {
    if (dtype.category === 0) throw unsupported(kernel, dtype);
  };
}

/** PyTorch's error for a dtype that an op has no kernel for. */
export function unsupported(kernel: string, dtype: DType): RuntimeError {
  return new RuntimeError(`"${kernel}" not implemented for '${scalarTypeName(dtype)}'`);
}
