import { defineOp } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { unsupported, zero } from "./formulas.ts";

const functions: readonly (readonly [name: string, doc: string, aliases?: readonly string[]])[] = [
  ["floor", "The greatest integer not above each element."],
  ["ceil", "The least integer not below each element."],
  ["round", "The nearest integer; halves go to the even one."],
  ["trunc", "The integer part of each element.", ["fix"]],
];

for (const [name, doc, aliases = []] of functions) {
  defineOp({
    schema: `${name}(Tensor input) -> Tensor`,
    doc,
    aliases,
    check: ({ dtype }: Tensor) => {
      if (dtype.is_complex) throw new RuntimeError(`${name} is not supported for complex inputs`);
      if (dtype.category === 0) throw unsupported(`${name}_vml_cpu`, dtype);
    },
    expr: `${name}(a)`,
    derivative: { input: zero },
    inplace: "function",
  });
}

defineOp({
  schema: "round.decimals(Tensor input, *, int decimals) -> Tensor",
  doc: "The nearest number with `decimals` digits after the point; negative ones round before it.",
  gradName: "RoundBackward1",
  check: ({ dtype }: Tensor, decimals: number) => {
    if (dtype.category !== 2 && (dtype.category !== 1 || decimals !== 0)) throw unsupported("round_cpu", dtype);
  },
  // Each step is rounded to the dtype, as PyTorch's kernel does: ties depend on it.
  decompose: (input: Tensor, decimals: number) => {
    if (decimals === 0) return input.round();
    const power = 10 ** Math.abs(decimals);
    return decimals < 0 ? input.div(power).round().mul(power) : input.mul(power).round().div(power);
  },
  derivative: { input: zero },
  inplace: "function",
});

defineOp({
  schema: "frac(Tensor input) -> Tensor",
  doc: "The part after the decimal point, with the sign of `input`.",
  check: ({ dtype }: Tensor) => {
    if (dtype.category < 2) throw unsupported("frac_cpu", dtype);
  },
  expr: "frac(a)",
  derivative: { input: (g) => g },
  inplace: "function",
});
