/** The JSON header of a safetensors file: https://github.com/huggingface/safetensors#format */
import {
  bfloat16,
  bool,
  complex64,
  type DType,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  uint8,
  ValueError,
} from "@tt/core";
import { request, type Reading } from "../io/range.ts";

const DTYPES: Readonly<Record<string, DType>> = {
  BOOL: bool,
  U8: uint8,
  I8: int8,
  I16: int16,
  F16: float16,
  BF16: bfloat16,
  I32: int32,
  F32: float32,
  C64: complex64,
  F64: float64,
  I64: int64,
};
/** Types of the format that no tensor has; bits per element. */
const FOREIGN: Readonly<Record<string, number>> = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  U16: 16,
  U32: 32,
  U64: 64,
};

/** As the reference implementation demands. */
const MAX_HEADER = 100_000_000;

export interface TensorInfo {
  readonly name: string;
  /** The format's name for the type, such as `F32`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly start: number;
  readonly nbytes: number;
}

export interface Header {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>> | null;
}

function fail(reason: string): never {
  throw new ValueError(`Error while deserializing header: ${reason}`);
}

/** @throws TypeError for types that no tensor has */
export function dtypeOf(info: TensorInfo): DType {
  const dtype = DTYPES[info.type];
  if (!dtype)
    throw new TypeError(`tensor ${JSON.stringify(info.name)} has the type ${info.type}, which is not supported`);
  return dtype;
}

/** @throws TypeError for complex128, which the format lacks */
export function typeName(dtype: DType): string {
  for (const name in DTYPES) if (DTYPES[name] === dtype) return name;
  throw new TypeError(`safetensors has no type for ${String(dtype)}`);
}

/** Reads and checks the header: tensors lie one behind the other and fill the file. @throws ValueError */
export function* readHeader(fileSize: number): Reading<Header> {
  if (fileSize < 8) fail("header too small");
  const prefix = yield* request(0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER) fail("header too large");
  if (8 + length > fileSize) fail("invalid header length");
  return parseHeader(yield* request(8, length), 8 + length, fileSize);
}

function parseHeader(bytes: Uint8Array, dataStart: number, fileSize: number): Header {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    fail(`invalid JSON in header: ${(error as Error).message}`);
  }
  if (!isRecord(json)) fail("the header is not an object");
  const { __metadata__: metadata = null, ...entries } = json;
  if (metadata !== null && !(isRecord(metadata) && Object.values(metadata).every((value) => typeof value === "string")))
    fail("__metadata__ is not a map of texts");
  const tensors = Object.entries(entries).map(([name, value]) => parseInfo(name, value, dataStart));
  let end = dataStart;
  for (const info of tensors.toSorted((a, b) => a.start - b.start || a.nbytes - b.nbytes)) {
    if (info.start !== end) fail(`invalid offset for tensor ${JSON.stringify(info.name)}`);
    end += info.nbytes;
  }
  if (end !== fileSize)
    fail(`metadata incomplete, file not fully covered: the tensors end at byte ${end} of ${fileSize}`);
  return {
    tensors: new Map(tensors.map((info) => [info.name, info])),
    metadata: metadata as Record<string, string> | null,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => typeof n === "number" && Number.isSafeInteger(n) && n >= 0);
}

function parseInfo(name: string, value: unknown, dataStart: number): TensorInfo {
  const label = JSON.stringify(name);
  if (!isRecord(value)) fail(`tensor ${label} is not described by an object`);
  const { dtype: type, shape, data_offsets: offsets } = value;
  if (typeof type !== "string" || !(Object.hasOwn(DTYPES, type) || Object.hasOwn(FOREIGN, type)))
    fail(`tensor ${label} has the unknown dtype ${JSON.stringify(type)}`);
  if (!isCounts(shape) || shape.length > 64) fail(`tensor ${label} has an invalid shape`);
  if (!isCounts(offsets) || offsets.length !== 2) fail(`tensor ${label} has invalid offsets`);
  const bits = FOREIGN[type] ?? 8 * DTYPES[type]!.itemsize;
  const nbytes = shape.reduce((product, n) => product * n, bits) / 8;
  const [start, end] = offsets as [number, number];
  if (nbytes !== end - start)
    fail(
      `info of tensor ${label} is invalid: dtype ${type} and shape [${shape.join(", ")}] need ${nbytes} bytes, but it has ${end - start}`,
    );
  return { name, type, shape, start: dataStart + start, nbytes };
}

/** Larger types first, so that everything is aligned; the order of the reference implementation. */
const ORDER = ["BOOL", "U8", "I8", "I16", "F16", "BF16", "I32", "F32", "C64", "F64", "I64"];

export interface Described {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly nbytes: number;
}

/** Puts tensors into the file's order and writes the header. */
export function formatHeader<T extends Described>(
  tensors: readonly T[],
  metadata: Readonly<Record<string, string>> | null,
): { header: Uint8Array; sorted: T[] } {
  const rank = (item: T): number => ORDER.indexOf(typeName(item.dtype));
  const sorted = tensors.toSorted((a, b) => rank(b) - rank(a) || (a.name < b.name ? -1 : 1));
  const entries: [string, unknown][] = metadata ? [["__metadata__", metadata]] : [];
  let offset = 0;
  for (const { name, dtype, shape, nbytes } of sorted) {
    entries.push([name, { dtype: typeName(dtype), shape, data_offsets: [offset, offset + nbytes] }]);
    offset += nbytes;
  }
  // Written by hand at the top level, because objects would put integer-like names first.
  const json = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(text, 8);
  return { header, sorted };
}
