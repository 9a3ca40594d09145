/** How a Python call of the record is written in TypeScript (the translation rules of tt's API). */

import { isObject, type Json, type JsonObject } from "./elements.ts";
import { property, send, type Tensor, type TT, type Value } from "./tt.ts";
import { decode, decodeOptions, Inexpressible, sliceText, withOptions } from "./values.ts";

/** `{"kind": "function" | "method" | "property", "path"}` of README.md, "A. ops". */
export interface Call {
  readonly kind: "function" | "method" | "property";
  readonly path: string;
  readonly cloneInput?: boolean;
}

/** What a call is made with, decoded to fresh tensors. */
export interface Arguments {
  readonly input: Value;
  readonly args: readonly Value[];
  readonly kwargs: Readonly<Record<string, Value>>;
}

/** Python's operator methods, whose TypeScript spelling is a named function. */
export const OPERATORS: Readonly<Record<string, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  truediv: "div",
  floordiv: "floor_divide",
  mod: "remainder",
  pow: "pow",
  matmul: "matmul",
  and: "bitwise_and",
  or: "bitwise_or",
  xor: "bitwise_xor",
  lshift: "bitwise_left_shift",
  rshift: "bitwise_right_shift",
};

export function decodeArguments(tt: TT, call: Call, record: JsonObject): Arguments {
  const input = decode(tt, record["input"]!);
  const kwargs = decodeOptions(tt, record["kwargs"]);
  const raw = record["args"] as readonly Json[];
  const args = call.path === "__getitem__" ? indices(tt, raw[0]!) : raw.map((value) => decode(tt, value));
  return { input, args, kwargs };
}

/** `x[index]`: a tuple's items are separate arguments of `at`, anything else is one. */
function indices(tt: TT, index: Json): Value[] {
  if (isObject(index) && "tuple" in index) return (index["tuple"] as readonly Json[]).map((item) => decode(tt, item));
  return [decode(tt, index)];
}

/** Performs the call in its TypeScript spelling. */
export function perform(tt: TT, call: Call, { input, args, kwargs }: Arguments): Value {
  const self = call.cloneInput === true && tt.isTensor(input) ? (send(input, "clone", []) as Tensor) : input;
  if (call.kind === "property") return property(self, call.path) ?? send(self, call.path, []);
  if (call.kind === "method" && !tt.isTensor(self))
    throw new Inexpressible("calls a tensor's method on a Python number");
  const rest = withOptions(args, kwargs);
  if (call.path === "torch.ops.aten.slice") return send(self, "at", slicing(self as Tensor, args as readonly number[]));
  if (call.kind === "function") return tt.call(call.path, [self, ...rest]);
  if (call.path === "__getitem__") return send(self, "at", rest);
  const reflected = OPERATORS[/^__r(\w+)__$/.exec(call.path)?.[1] ?? ""];
  if (reflected !== undefined) return tt.call(`torch.${reflected}`, [leftOperand(tt, call, args[0]), self]);
  return send(self, call.path, rest);
}

/** PyTorch defines `__rpow__` as `torch.tensor(other) ** self`, which cuts `other` from the graph. */
function leftOperand(tt: TT, call: Call, other: Value): Value {
  return call.path === "__rpow__" && tt.isTensor(other) ? send(other, "detach", []) : other;
}

/** `aten.slice(x, dim, start, stop, step)` as the index `x[:, start:stop:step]`. */
function slicing(self: Tensor, [dim = 0, ...bounds]: readonly (number | null)[]): string[] {
  const axis = (dim ?? 0) < 0 ? self.shape.length + (dim ?? 0) : (dim ?? 0);
  return [...Array.from({ length: axis }, () => ":"), sliceText(bounds)];
}
