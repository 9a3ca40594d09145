import { scalarTypeName } from "../../dtype/index.ts";
import { LinAlgError, RuntimeError } from "../../errors.ts";
import { broadcastPair, sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A batch of matrices. */
export function checkMatrix(name: string, a: Tensor, argument = "A"): void {
  if (a.ndim < 2) throw new RuntimeError(`${name}: The input tensor ${argument} must have at least 2 dimensions.`);
}

/** A batch of square matrices. */
export function checkSquare(name: string, a: Tensor, argument = "A"): void {
  checkMatrix(name, a, argument);
  const [rows, cols] = a.shape.slice(-2);
  if (rows !== cols) {
    throw new RuntimeError(
      `${name}: ${argument} must be batches of square matrices, but they are ${rows} by ${cols} matrices`,
    );
  }
}

/** float32, float64 or complex elements. */
export function checkFloat(name: string, { dtype }: Tensor): void {
  if (dtype.category < 2) {
    throw new RuntimeError(
      `${name}: Expected a floating point or complex tensor as input. Got ${scalarTypeName(dtype)}`,
    );
  }
  if (dtype.itemsize === 2) {
    throw new RuntimeError(`${name}: Low precision dtypes not supported. Got ${scalarTypeName(dtype)}`);
  }
}

/** A batch of square matrices of float32, float64 or complex elements. */
export function checkSquareFloat(name: string, a: Tensor): void {
  checkSquare(name, a);
  checkFloat(name, a);
}

/** A batch of matrices of float32, float64 or complex elements. */
export function checkMatrixFloat(name: string, a: Tensor): void {
  checkMatrix(name, a);
  checkFloat(name, a);
}

/** Two operands of one dtype. */
export function checkSameDtype(name: string, a: Tensor, b: Tensor): void {
  if (a.dtype === b.dtype) return;
  throw new RuntimeError(
    `${name}: Expected A and B to have the same dtype, but found A of type ${scalarTypeName(a.dtype)} and B of type ${scalarTypeName(b.dtype)} instead`,
  );
}

/** Shapes of an equation A X = B, or X A = B. */
export function checkEquation(name: string, a: Tensor, b: Tensor, left: boolean): void {
  checkSquare(name, a);
  checkMatrix(name, b, "B");
  if (a.shape.at(-2) === b.shape.at(left ? -2 : -1)) return;
  const size = (x: Tensor): string => `${x.shape.at(-2)}x${x.shape.at(-1)}`;
  throw new RuntimeError(
    `${name}: Incompatible shapes of A and B for the equation ${left ? "AX = B" : "XA = B"} (${size(a)} and ${size(b)})`,
  );
}

/** Both batches of matrices expanded to their common batch dimensions. */
export function expandBatch(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const [p, q] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (sameShape(p, q)) return [a, b];
  const batch = broadcastPair(p, q);
  return [a.expand([...batch, ...a.shape.slice(-2)]), b.expand([...batch, ...b.shape.slice(-2)])];
}

/** Throws for the first matrix of a batch whose code is not 0. */
export function raise(
  name: string,
  info: Tensor,
  message: (code: number) => string,
  Kind: typeof RuntimeError = LinAlgError,
): void {
  const codes = [info.detach().reshape([-1]).tolist()].flat(2) as number[];
  const index = codes.findIndex((code) => code !== 0);
  if (index < 0) return;
  const element = info.ndim > 0 ? `(Batch element ${index}): ` : "";
  throw new Kind(`${name}: ${element}${message(codes[index]!)}`);
}

/** Whether a lone right-hand side is a vector (or a batch of them) rather than matrices. */
export function isVectorCase(a: Tensor, b: Tensor): boolean {
  return b.ndim === 1 || (a.ndim - 1 === b.ndim && sameShape(b.shape, a.shape.slice(0, -1)));
}

export const batchOf = (a: Tensor): readonly number[] => a.shape.slice(0, -2);
