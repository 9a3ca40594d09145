/** The checkpoints that PyTorch wrote, and what loading them must give. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Complex, Device, DType, readElement, Tensor } from "@tt/core";
import { python_type } from "../src/index.ts";

export const FOLDER: string = join(import.meta.dirname, "../../../tooling/oracle/data/files");

export interface Entry {
  readonly file: string;
  readonly format?: "zip" | "legacy" | "torchscript";
  readonly loads: boolean | string;
}

export function entries(): Entry[] {
  return JSON.parse(readFileSync(join(FOLDER, "index.json"), "utf8")) as Entry[];
}

export function path(file: string): string {
  return join(FOLDER, file);
}

export function bytesOf(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path(file)));
}

export function files(): string[] {
  return readdirSync(FOLDER).filter((file) => /\.pth?$/.test(file));
}

interface Group {
  readonly path: string;
  readonly storage_offset: number;
  readonly stride: readonly number[];
}

interface Record_ {
  readonly content?: unknown;
  readonly sharing?: readonly (readonly Group[])[];
  readonly state_dict?: unknown;
}

export function expected(file: string): Record_ {
  return JSON.parse(readFileSync(`${path(file)}.json`, "utf8")) as Record_;
}

type Json = Record<string, unknown>;

/** `value` in the oracle's encoding, as far as JavaScript can tell the types apart. */
export function encode(value: unknown): unknown {
  if (value instanceof Tensor) return encodeTensor(value);
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint") return { i: String(value) };
  if (typeof value === "number") return Number.isFinite(value) ? value : { f: String(value) };
  if (value instanceof Complex) return { c: [value.re, value.im] };
  if (value instanceof DType) return { dtype: value.name };
  if (value instanceof Device) return { device: value.toJSON() };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof Set) return { set: [...value].map(encode) };
  if (Array.isArray(value)) {
    const items = value.map(encode);
    const type = python_type(value);
    return type === "tuple" ? { tuple: items } : type === "torch.Size" ? { size: items } : items;
  }
  const object = value as object;
  const pairs = object instanceof Map ? [...(object as Map<unknown, unknown>)] : Object.entries(object);
  const dict = { dict: pairs.map(([key, item]) => [encode(key), encode(item)]) };
  return python_type(object) === "OrderedDict" ? { ...dict, ordered: true } : dict;
}

function encodeTensor(tensor: Tensor): Json {
  const result: Json = { dtype: tensor.dtype.name, shape: [...tensor.shape], data: elements(tensor).map(element) };
  if (!tensor.contiguous_) result["stride"] = [...tensor.strides];
  if (tensor.requires_grad) result["requires_grad"] = true;
  return result;
}

function elements({ array, dtype, shape, strides, offset }: Tensor): unknown[] {
  const result: unknown[] = [];
  const visit = (dim: number, at: number): void => {
    if (dim === shape.length) result.push(readElement(array, dtype, at));
    else for (let i = 0; i < shape[dim]!; i++) visit(dim + 1, at + i * strides[dim]!);
  };
  visit(0, offset);
  return result;
}

function element(value: unknown): unknown {
  if (value instanceof Complex) return [value.re, value.im];
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** The recorded content with what JavaScript cannot tell left out, and float32 numbers rounded to what they stand for. */
export function normalize(content: unknown): unknown {
  if (Array.isArray(content)) return content.map(normalize);
  if (typeof content !== "object" || content === null) return content;
  const json = content as Json;
  if (typeof json["f"] === "number") return json["f"];
  if ("shape" in json && "data" in json) {
    const data = json["data"] as unknown[];
    const round = (x: unknown): unknown =>
      typeof x === "number" ? Math.fround(x) : Array.isArray(x) ? x.map(round) : x;
    return { ...json, data: json["dtype"] === "float32" || json["dtype"] === "complex64" ? data.map(round) : data };
  }
  if (Array.isArray(json["dict"])) return { ...json, dict: normalizeEntries(json["dict"] as [unknown, unknown][]) };
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, normalize(value)]));
}

/** Dicts whose keys are all integers become plain objects, whose keys are texts. */
function normalizeEntries(entries: readonly (readonly [unknown, unknown])[]): unknown[] {
  const ints = entries.every(([key]) => typeof key === "number");
  return entries.map(([key, value]) => [ints ? String(key) : normalize(key), normalize(value)]);
}

/** The value at a dotted path such as `model.0.weight`, whose keys may themselves contain dots. */
export function at(value: unknown, dotted: string): unknown {
  if (dotted === "") return value;
  const parts = dotted.split(".");
  for (let n = parts.length; n > 0; n--) {
    const key = parts.slice(0, n).join(".");
    const container = value as object;
    const found: unknown =
      container instanceof Map ? (container.get(key) ?? container.get(Number(key))) : (container as Json)[key];
    if (found !== undefined) return at(found, parts.slice(n).join("."));
  }
  throw new Error(`nothing at ${dotted}`);
}
