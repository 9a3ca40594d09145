import { Device, device as toDevice } from "../device.ts";
import { Complex, DType } from "../dtype/index.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Op } from "./op.ts";
import type { Param, Schema } from "./schema.ts";

/** Returned by {@link accept} when a value does not fit. */
const MISFIT: unique symbol = Symbol("misfit");

/** Stands for "no self": the function form. */
export const NO_SELF: unique symbol = Symbol("function form");

/** A trailing plain object holds keyword arguments. */
export function isOptions(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const proto = Object.getPrototypeOf(value) as unknown;
  return proto === Object.prototype || proto === null;
}

function acceptElement(type: Param["type"], value: unknown): unknown {
  switch (type) {
    case "Tensor":
      return value instanceof Tensor ? value : MISFIT;
    case "Tensor|Scalar":
      if (value instanceof Tensor || typeof value === "number") return value;
      return isScalar(value) ? value : MISFIT;
    case "Scalar":
      if (typeof value === "number" || isScalar(value)) return value;
      return zeroDimItem(value);
    case "int":
      if (Number.isInteger(value)) return value;
      if (typeof value === "bigint") return Number(value);
      return typeof value === "boolean" ? MISFIT : integralItem(value);
    case "float":
      if (typeof value === "number") return value;
      if (typeof value === "bigint") return Number(value);
      return zeroDimItem(value);
    case "bool":
      return typeof value === "boolean" ? value : MISFIT;
    case "str":
      return typeof value === "string" ? value : MISFIT;
    case "ScalarType":
      return value instanceof DType ? value : MISFIT;
    case "Device":
      return value instanceof Device ? value : typeof value === "string" ? toDevice(value) : MISFIT;
    case "Function":
      return typeof value === "function" ? value : MISFIT;
    default:
      return value;
  }
}

function isScalar(value: unknown): boolean {
  return typeof value === "bigint" || typeof value === "boolean" || value instanceof Complex;
}

/** A 0-d tensor serves as a number, as in PyTorch, when it carries no gradient. */
function zeroDimItem(value: unknown): unknown {
  if (!(value instanceof Tensor) || value.shape.length > 0 || value.requires_grad) return MISFIT;
  return value.item();
}

function integralItem(value: unknown): unknown {
  if (!(value instanceof Tensor) || value.dtype.category > 1) return MISFIT;
  const item = zeroDimItem(value);
  return item === MISFIT ? MISFIT : Number(item);
}

function accept(param: Param, value: unknown): unknown {
  if (!param.list) {
    if (value === null && param.nullable) return null;
    return acceptElement(param.type, value);
  }
  if (value === null) return param.nullable ? null : MISFIT;
  if (!Array.isArray(value)) {
    if (param.size > 0 || param.variadic) {
      const one = acceptElement(param.type, value);
      if (one === MISFIT) return MISFIT;
      return param.variadic ? [one] : Array.from({ length: param.size }, () => one);
    }
    return MISFIT;
  }
  // Sizes come often and are nearly always fine: do not copy them.
  for (let i = 0; i < value.length; i++) {
    const element: unknown = value[i];
    if (element === null && param.nullableElements) continue;
    const accepted = acceptElement(param.type, element);
    if (accepted === MISFIT) return MISFIT;
    if (accepted !== element) {
      return value.map((e: unknown) => (e === null && param.nullableElements ? null : acceptElement(param.type, e)));
    }
  }
  if (param.size > 1 && value.length === 1) return Array.from({ length: param.size }, () => value[0] as unknown);
  return value;
}

/**
 * {@link bindArgs} for the commonest calls: nothing but tensor operands, everything else by default.
 * Null for all other calls, which says nothing about whether they are right.
 */
export function bindOperands(op: Op, self: unknown, args: readonly unknown[]): unknown[] | null {
  const { leading, schema } = op;
  const given = args.length + (self === NO_SELF ? 0 : 1);
  if (leading === 0 || given !== leading) return null;
  const first = self === NO_SELF ? args[0] : self;
  if (!(first instanceof Tensor)) return null;
  const { params } = schema;
  if (given === 1) return params.length === 1 ? [first] : fillDefaults([first], params);
  const second = self === NO_SELF ? args[1] : args[0];
  if (!(second instanceof Tensor) && !(typeof second === "number" && params[1]!.type === "Tensor|Scalar")) return null;
  return params.length === 2 ? [first, second] : fillDefaults([first, second], params);
}

function fillDefaults(bound: unknown[], params: readonly Param[]): unknown[] {
  for (let i = bound.length; i < params.length; i++) bound.push(params[i]!.default);
  return bound;
}

/** Why the last {@link bindArgs} gave null. */
export let mismatch = "";

function fail(message: string): null {
  mismatch = message;
  return null;
}

/**
 * Arguments in schema order, defaults filled in, or null with {@link mismatch} set.
 * `out` is taken from the options into the returned array's end when `takesOut`.
 */
export function bindArgs(schema: Schema, self: unknown, args: readonly unknown[], takesOut: boolean): unknown[] | null {
  const { params } = schema;
  let given = args.length;
  let options: Record<string, unknown> | null = null;
  if (given > 0 && isOptions(args[given - 1])) options = args[--given] as Record<string, unknown>;
  const bound = new Array<unknown>(params.length);
  let p = 0;
  if (self !== NO_SELF) {
    const first = accept(params[0]!, self);
    if (first === MISFIT) return fail(describeMisfit(schema, 0, self));
    bound[p++] = first;
  }
  for (let i = 0; i < given; i++, p++) {
    if (p >= schema.positional) {
      return fail(
        `${schema.name}() takes ${schema.positional} positional argument${schema.positional === 1 ? "" : "s"} but ${given + (self === NO_SELF ? 0 : 1)} were given`,
      );
    }
    const param = params[p]!;
    let value = args[i];
    if (param.variadic && !Array.isArray(value) && p === schema.positional - 1) {
      value = args.slice(i, given);
      i = given;
    }
    if (value === undefined) {
      if (!param.hasDefault) return fail(describeMisfit(schema, p, value));
      bound[p] = param.default;
      continue;
    }
    const accepted = accept(param, value);
    if (accepted === MISFIT) return fail(describeMisfit(schema, p, value));
    bound[p] = accepted;
  }
  let used = 0;
  for (; p < params.length; p++) {
    const param = params[p]!;
    const value = options === null ? undefined : named(options, param);
    if (value === undefined) {
      if (!param.hasDefault) return fail(describeMissing(schema, param, options, takesOut, given, self));
      if (options !== null && mentions(options, param)) used++;
      bound[p] = param.default;
      continue;
    }
    used++;
    const accepted = accept(param, value);
    if (accepted === MISFIT) return fail(describeMisfit(schema, p, value));
    bound[p] = accepted;
  }
  if (options !== null) {
    const out = takesOut ? options["out"] : undefined;
    if (out !== undefined) {
      used++;
      bound.push(out);
    }
    if (used < Object.keys(options).length) return fail(describeUnknown(schema, options, takesOut, given, self));
  }
  return bound;
}

/** A keyword that is not known is the likelier mistake than one that is missing. */
function describeMissing(
  schema: Schema,
  param: Param,
  options: Record<string, unknown> | null,
  takesOut: boolean,
  given: number,
  self: unknown,
): string {
  const unknown = options !== null && Object.keys(options).some((key) => !schema.params.some((p) => answersTo(p, key)));
  if (unknown) return describeUnknown(schema, options, takesOut, given, self);
  return `${schema.name}() missing 1 required positional arguments: "${param.name}"`;
}

function named(options: Record<string, unknown>, { name, synonyms }: Param): unknown {
  const value = options[name];
  if (value !== undefined) return value;
  for (const other of synonyms) if (options[other] !== undefined) return options[other];
  return undefined;
}

const answersTo = ({ name, synonyms }: Param, key: string): boolean => name === key || synonyms.includes(key);

const mentions = (options: Record<string, unknown>, param: Param): boolean =>
  Object.keys(options).some((key) => answersTo(param, key));

function describeUnknown(
  schema: Schema,
  options: Record<string, unknown>,
  takesOut: boolean,
  given: number,
  self: unknown,
): string {
  const params = schema.params.slice(self === NO_SELF ? 0 : 1);
  const valid = params.map((p) => p.name);
  if (takesOut) valid.push("out");
  for (const key of Object.keys(options)) {
    if (!valid.includes(key) && !params.some((p) => answersTo(p, key))) {
      return `${schema.name}() got an unexpected keyword argument '${key}' (valid keyword arguments: ${valid.join(", ")})`;
    }
  }
  const twice = schema.params.slice(0, given + (self === NO_SELF ? 0 : 1)).find((p) => mentions(options, p));
  return `${schema.name}() got multiple values for argument '${twice?.name ?? ""}'`;
}

function describeMisfit(schema: Schema, index: number, value: unknown): string {
  const param = schema.params[index]!;
  const position = param.kwonly ? "" : ` (position ${index + 1})`;
  if (param.list && Array.isArray(value)) {
    const at = value.findIndex((v) => acceptElement(param.type, v) === MISFIT);
    const want = param.type === "Tensor" ? "tuple of Tensors" : `tuple of ${param.type.toLowerCase()}s`;
    return `${schema.name}(): argument '${param.name}'${position} must be ${want}, but found element of type ${pythonTypeName(value[at])} at pos ${at}`;
  }
  return `${schema.name}(): argument '${param.name}'${position} must be ${wanted(param)}, not ${pythonTypeName(value)}`;
}

const WANTED: Record<string, string> = {
  "Tensor|Scalar": "Tensor",
  Scalar: "Number",
  ScalarType: "torch.dtype",
  Device: "torch.device",
  Generator: "torch.Generator",
};

function wanted(param: Param): string {
  const one = WANTED[param.type] ?? param.type;
  if (!param.list) return one;
  return param.type === "Tensor" ? "tuple of Tensors" : `tuple of ${one.toLowerCase()}s`;
}

/** The name Python would give the type of `value`. */
export function pythonTypeName(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (value instanceof Tensor) return value.constructor.name;
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  if (typeof value === "bigint") return "int";
  if (typeof value === "function") return "function";
  if (Array.isArray(value)) return "list";
  if (value instanceof Complex) return "complex";
  if (value instanceof DType) return "torch.dtype";
  if (isOptions(value)) return "dict";
  return value.constructor.name;
}
