import { defineOp } from "../../dispatch/op.ts";
import type { Scalar } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { conj, scaled } from "../helpers.ts";
import { unsupported } from "./formulas.ts";

defineOp({
  schema: "addcmul(Tensor input, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
  doc: "`input + value * tensor1 * tensor2`.",
  check: (input: Tensor, tensor1: Tensor, tensor2: Tensor) => {
    if ([input, tensor1, tensor2].every((x) => x.dtype.category === 0))
      throw unsupported("addcmul_cpu_out", input.dtype);
  },
  expr: (_input: Tensor, _tensor1: Tensor, _tensor2: Tensor, value: Scalar) =>
    value === 1 ? "a + b * c" : "a + value * b * c",
  derivative: {
    input: (g) => g,
    tensor1: [(g: Tensor, tensor2: Tensor, value: Scalar) => scaled(g.mul(conj(tensor2)), value), "tensor2", "value"],
    tensor2: [(g: Tensor, tensor1: Tensor, value: Scalar) => scaled(g.mul(conj(tensor1)), value), "tensor1", "value"],
  },
  inplace: true,
});

defineOp({
  schema: "addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor",
  doc: "`input + value * tensor1 / tensor2`.",
  check: (_input: Tensor, tensor1: Tensor, tensor2: Tensor) => {
    if (tensor1.dtype.category < 2 && tensor2.dtype.category < 2) {
      throw new RuntimeError(
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.",
      );
    }
  },
  expr: (_input: Tensor, _tensor1: Tensor, _tensor2: Tensor, value: Scalar) =>
    value === 1 ? "a + b / c" : "a + value * b / c",
  derivative: {
    input: (g) => g,
    tensor1: [(g: Tensor, tensor2: Tensor, value: Scalar) => scaled(g.div(conj(tensor2)), value), "tensor2", "value"],
    tensor2: [
      (g: Tensor, tensor1: Tensor, tensor2: Tensor, value: Scalar) =>
        scaled(g.neg().mul(conj(tensor1.div(tensor2.mul(tensor2)))), value),
      "tensor1",
      "tensor2",
      "value",
    ],
  },
  inplace: true,
});

defineOp({
  schema: "lerp(Tensor input, Tensor end, Tensor|Scalar weight) -> Tensor",
  doc: "`input + weight * (end - input)`: linear interpolation, exact at both ends.",
  gradName: ([, , weight]) => (weight instanceof Tensor ? "LerpBackward1" : "LerpBackward0"),
  check: (input: Tensor, end: Tensor, weight: Tensor | Scalar) => {
    const same = (what: string, other: Tensor): void => {
      if (other.dtype !== input.dtype) {
        throw new RuntimeError(`expected dtype ${cName(input)} for \`${what}\` but got dtype ${cName(other)}`);
      }
    };
    same("end", end);
    if (weight instanceof Tensor) same("weight", weight);
    if (input.dtype.category < 2) throw unsupported("lerp_kernel_scalar", input.dtype);
  },
  expr: "abs(c) < 0.5 ? a + c * (b - a) : b - (b - a) * (1 - c)",
  derivative: {
    input: [
      (g: Tensor, weight: Tensor | Scalar) =>
        g.mul(weight instanceof Tensor ? conj(weight.neg().add(1)) : conj(g.new_full([], weight)).neg().add(1)),
      "weight",
    ],
    end: [(g: Tensor, weight: Tensor | Scalar) => g.mul(conj(weight)), "weight"],
    weight: [(g: Tensor, input: Tensor, end: Tensor) => g.mul(conj(end.sub(input))), "input", "end"],
  },
  inplace: true,
});

/** The C++ name of a tensor's dtype. */
function cName({ dtype }: Tensor): string {
  return dtype.name === "float32" ? "float" : dtype.name === "float64" ? "double" : `c10::${dtype.name}`;
}
