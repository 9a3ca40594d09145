import { defineOp } from "../../dispatch/op.ts";
import { resultType, type Scalar, scalarTypeName } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { sameShape } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp, unsupported } from "./formulas.ts";

const comparisons: readonly (readonly [name: string, sign: string, alias: string | null, doc: string])[] = [
  ["eq", "==", null, "Where `input` equals `other`."],
  ["ne", "!=", "not_equal", "Where `input` differs from `other`."],
  ["lt", "<", "less", "Where `input` is less than `other`."],
  ["le", "<=", "less_equal", "Where `input` is less than or equal to `other`."],
  ["gt", ">", "greater", "Where `input` is greater than `other`."],
  ["ge", ">=", "greater_equal", "Where `input` is greater than or equal to `other`."],
];

for (const [name, sign, alias, doc] of comparisons) {
  const ordered = name !== "eq" && name !== "ne";
  defineOp({
    schema: `${name}(Tensor input, Tensor|Scalar other) -> Tensor`,
    doc,
    ...(alias !== null && { aliases: [alias] }),
    ...(ordered && {
      check: (input: Tensor, other: Tensor | Scalar) => {
        const dtype = resultType([input, other]);
        if (dtype.is_complex) throw unsupported(`${name}_cpu`, dtype);
      },
    }),
    expr: `a ${sign} b`,
    promote: "comparison",
    nondifferentiable: true,
    inplace: true,
  });
}

defineOp({
  schema: "isclose(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> Tensor",
  doc: "Where `abs(input - other) <= atol + rtol * abs(other)`.",
  check: (input: Tensor, other: Tensor, rtol: number, atol: number) => {
    if (input.dtype !== other.dtype) {
      throw new RuntimeError(`${scalarTypeName(input.dtype)} did not match ${scalarTypeName(other.dtype)}`);
    }
    if (rtol < 0) throw new RuntimeError(`rtol must be greater than or equal to zero, but got ${rtol}`);
    if (atol < 0) throw new RuntimeError(`atol must be greater than or equal to zero, but got ${atol}`);
  },
  expr: (input: Tensor, _other: Tensor, rtol: number, atol: number, equal_nan: boolean) => {
    const equal = equal_nan && input.dtype.category > 1 ? "a == b || (isnan(a) && isnan(b))" : "a == b";
    if (rtol === 0 && atol === 0) return equal;
    return `gap = abs(a - b); ${equal} || (isfinite(gap) && gap <= abs(b) * real(rtol) + real(atol))`;
  },
  promote: (_input: Tensor, _other: Tensor, rtol: number, atol: number) =>
    rtol === 0 && atol === 0 ? "comparison" : "float_comparison",
});

defineOp({
  schema: "allclose(Tensor input, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> bool",
  doc: "Whether `isclose` holds for all elements.",
  decompose: (input: Tensor, other: Tensor, rtol: number, atol: number, equal_nan: boolean) =>
    Boolean(callOp("isclose", input, other, rtol, atol, equal_nan).all().item()),
});

defineOp({
  schema: "equal(Tensor input, Tensor other) -> bool",
  doc: "Whether both have the same shape and the same elements.",
  decompose: (input: Tensor, other: Tensor) =>
    sameShape(input.shape, other.shape) && Boolean(input.eq(other).all().item()),
});

const operators: readonly (readonly [name: string, expr: string, doc: string])[] = [
  ["logical_and", "bool(a) && bool(b)", "Where both elements are nonzero."],
  ["logical_or", "bool(a) || bool(b)", "Where at least one element is nonzero."],
  ["logical_xor", "bool(a) != bool(b)", "Where exactly one element is nonzero."],
];

for (const [name, expr, doc] of operators) {
  defineOp({
    schema: `${name}(Tensor input, Tensor other) -> Tensor`,
    doc,
    expr,
    promote: "comparison",
    inplace: true,
  });
}

defineOp({
  schema: "logical_not(Tensor input) -> Tensor",
  doc: "Where elements are zero.",
  expr: "!bool(a)",
  promote: "comparison",
  inplace: true,
});
