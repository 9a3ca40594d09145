import { bool, type DType, float32, int32, type Scalar, Tensor } from "@tt/core";
import type { MapKernel, Program } from "@tt/core/dispatch";
import type { Engine } from "../../engine.ts";
import type { Bridge, Operand } from "../bridge.ts";

/** Elements below which a call costs more than it computes. */
const FEW = 4096;

/**
 * TF.js's kernels by what they compute, in our language of scalar expressions: of one operand, of float32. Its sine and cosine are left
 * out: near their zeros only four digits are right.
 */
const UNARY: Readonly<Record<string, string>> = {
  "-a": "Neg",
  "abs(a)": "Abs",
  "acos(a)": "Acos",
  "asin(a)": "Asin",
  "atan(a)": "Atan",
  "ceil(a)": "Ceil",
  "cosh(a)": "Cosh",
  "erf(a)": "Erf",
  "exp(a)": "Exp",
  "expm1(a)": "Expm1",
  "floor(a)": "Floor",
  "log(a)": "Log",
  "log1p(a)": "Log1p",
  "reciprocal(a)": "Reciprocal",
  "relu(a)": "Relu",
  "round(a)": "Round",
  "rsqrt(a)": "Rsqrt",
  "sigmoid(a)": "Sigmoid",
  "sinh(a)": "Sinh",
  "sqrt(a)": "Sqrt",
  "tan(a)": "Tan",
  "tanh(a)": "Tanh",
};

/** Of two operands, which broadcast, and their dtypes. Maxima of floats are left out: they overlook nan. */
const BINARY: Readonly<Record<string, readonly [name: string, dtypes: readonly DType[]]>> = {
  "a + b": ["Add", [float32, int32]],
  "a - b": ["Sub", [float32, int32]],
  "a * b": ["Multiply", [float32, int32]],
  "a / b": ["RealDiv", [float32]],
  "atan2(a, b)": ["Atan2", [float32]],
  "max(a, b)": ["Maximum", [int32]],
  "min(a, b)": ["Minimum", [int32]],
};

/** Into bool. */
const COMPARISONS: Readonly<Record<string, string>> = {
  "a == b": "Equal",
  "a != b": "NotEqual",
  "a < b": "Less",
  "a <= b": "LessEqual",
  "a > b": "Greater",
  "a >= b": "GreaterEqual",
};

/** Element-wise programs that are a single kernel of TF.js, on dense operands; all others are ours. */
export function elementwise(engine: Engine, bridge: Bridge, ours: MapKernel): MapKernel {
  function run(
    program: Program,
    compute: DType,
    out: Tensor,
    inputs: readonly (Tensor | Scalar)[],
    scalars: readonly Scalar[],
  ): boolean {
    const { text } = program;
    const [a, b] = inputs.map((value) => (value instanceof Tensor ? value : { value, dtype: compute })) as [
      Operand,
      Operand,
    ];
    switch (program.operands) {
      case 1: {
        const name = UNARY[text];
        if (compute !== float32 || out.dtype !== float32) return false;
        if (name !== undefined) return bridge.run(engine, name, out, { x: a });
        if (text !== "a > 0 ? a : a * negative_slope") return false;
        return bridge.run(engine, "LeakyRelu", out, { x: a }, { alpha: scalars[0] });
      }
      case 2: {
        const comparison = COMPARISONS[text];
        if (comparison !== undefined) return out.dtype === bool && bridge.run(engine, comparison, out, { a, b });
        const [name, dtypes] = BINARY[text] ?? ["", []];
        return out.dtype === compute && dtypes.includes(compute) && bridge.run(engine, name, out, { a, b });
      }
      default:
        return false;
    }
  }

  return (program, compute, out, inputs, scalars) => {
    if (!suits(compute, out, inputs) || !run(program, compute, out, inputs, scalars))
      ours(program, compute, out, inputs, scalars);
  };
}

function suits(compute: DType, out: Tensor, inputs: readonly (Tensor | Scalar)[]): boolean {
  if (compute !== float32 && compute !== int32) return false;
  if (out.numel() < FEW || !out.contiguous_ || out.ndim > 5) return false;
  return inputs.every((input) => !(input instanceof Tensor) || (input.dtype === compute && input.contiguous_));
}
