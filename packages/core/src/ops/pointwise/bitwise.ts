import { defineOp } from "../../dispatch/op.ts";
import { resultType } from "../../dtype/index.ts";
import { someTensor, unsupported } from "./formulas.ts";

const operators: readonly (readonly [name: string, expr: string, kernel: string, bool: boolean, doc: string])[] = [
  ["bitwise_and", "and(a, b)", "bitwise_and_cpu", true, "The bitwise and of integers, the logical one of bool."],
  ["bitwise_or", "or(a, b)", "bitwise_or_cpu", true, "The bitwise or of integers, the logical one of bool."],
  [
    "bitwise_xor",
    "xor(a, b)",
    "bitwise_xor_cpu",
    true,
    "The bitwise exclusive or of integers, the logical one of bool.",
  ],
  ["bitwise_left_shift", "shl(a, b)", "lshift_cpu", false, "`input` shifted left by `other` bits."],
  ["bitwise_right_shift", "shr(a, b)", "rshift_cpu", false, "`input` shifted right by `other` bits, keeping the sign."],
];

for (const [name, expr, kernel, bool, doc] of operators) {
  const tensors = someTensor(name);
  defineOp({
    schema: `${name}(Tensor|Scalar input, Tensor|Scalar other) -> Tensor`,
    doc,
    check: (input, other) => {
      tensors(input, other);
      const dtype = resultType([input, other]);
      if (dtype.category > 1 || (dtype.category === 0 && !bool)) throw unsupported(kernel, dtype);
    },
    expr,
    inplace: true,
  });
}

defineOp({
  schema: "bitwise_not(Tensor input) -> Tensor",
  doc: "All bits inverted; the logical inverse of bool.",
  check: ({ dtype }) => {
    if (dtype.category > 1) throw unsupported("bitwise_not_cpu", dtype);
  },
  expr: "not(a)",
  inplace: true,
});

for (const [name, doc] of [
  ["gcd", "The greatest common divisor, which is not negative."],
  ["lcm", "The least common multiple, which is not negative."],
] as const) {
  defineOp({
    schema: `${name}(Tensor input, Tensor other) -> Tensor`,
    doc,
    check: (input, other) => {
      const dtype = resultType([input, other]);
      if (dtype.category !== 1) throw unsupported(`${name}_cpu`, dtype);
    },
    expr: `${name}(a, b)`,
    inplace: "function",
  });
}
