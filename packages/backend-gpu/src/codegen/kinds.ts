import { BOOL, INTEGER, type Kind } from "@tt/core/dispatch";
import type { Form } from "./form.ts";

export type ValueType = Form["value"];

/** The WGSL type of an expression's kind. */
export function typeOfKind(kind: Kind): ValueType {
  return kind === BOOL ? "bool" : kind === INTEGER ? "i32" : "f32";
}

/** An expression of one type as another. */
export function convert(text: string, from: ValueType, to: ValueType): string {
  if (from === to) return text;
  if (to === "bool") return from === "f32" ? `(${text} != 0.0)` : `(${text} != 0)`;
  if (from === "bool") return to === "f32" ? `select(0.0, 1.0, ${text})` : `select(0, 1, ${text})`;
  return `${to}(${text})`;
}

/** What a value becomes when it is stored as the form's dtype and loaded again. */
export function rounded(text: string, form: Form, use: (name: string) => void): string {
  switch (form.key) {
    case "c":
      return `((${text} << 24u) >> 24u)`;
    case "s":
      return `((${text} << 16u) >> 16u)`;
    case "u":
      return `(${text} & 255)`;
    case "h":
      use("f16_bits");
      use("f16_value");
      return `f16_value(f16_bits(${text}))`;
    case "g":
      use("bf16_bits");
      return `bitcast<f32>(bf16_bits(${text}) << 16u)`;
    default:
      return text;
  }
}

/** A floating literal. */
export function realLiteral(value: number): string {
  const single = Math.fround(value);
  if (single !== single) return "nan()";
  if (single === Infinity) return "inf()";
  if (single === -Infinity) return "(-inf())";
  const text = String(single);
  const whole = /[.e]/.test(text) ? text : `${text}.0`;
  return single < 0 || Object.is(single, -0) ? `(${Object.is(single, -0) ? "-0.0" : whole}f)` : `${whole}f`;
}

/** A whole literal; wraps at 32 bits. */
export function wholeLiteral(value: number): string {
  const wrapped = Math.trunc(value) | 0;
  return wrapped < 0 ? `i32(${wrapped})` : `${wrapped}i`;
}
