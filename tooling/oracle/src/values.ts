/** Turning recorded JSON values into arguments for tt (README.md, "Values"). */

import { isObject, isTensorRecord, type Json, type JsonObject, type TensorRecord, toNumber } from "./elements.ts";
import { callModuleState, type Tensor, type TT, type Value } from "./tt.ts";

/** A value of the record that tt, or JavaScript, has no form for. */
export class Inexpressible extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "Inexpressible";
  }
}

/** The JavaScript value that a recorded value stands for; tensors are fresh. */
export function decode(tt: TT, value: Json): Value {
  if (Array.isArray(value)) return value.map((item: Json) => decode(tt, item));
  if (!isObject(value)) return value;
  if (isTensorRecord(value)) return decodeTensor(tt, value);
  for (const [key, read] of Object.entries(DECODERS)) if (key in value) return read(tt, value);
  throw new Error(`unknown encoding with keys ${Object.keys(value).join(", ")}`);
}

/** A keyword mapping of the record (`kwargs`) as an options object. */
export function decodeOptions(tt: TT, kwargs: Json | undefined): Record<string, Value> {
  if (!isObject(kwargs)) return {};
  return Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [name, decode(tt, value)]));
}

function decodeTensor(tt: TT, record: TensorRecord): Tensor {
  requireDtype(record.dtype);
  return tt.tensor(record);
}

function requireDtype(name: string): void {
  if (name === "complex32") throw new Inexpressible("complex32, a beta dtype of PyTorch, is not among tt's dtypes");
}

type Decoder = (tt: TT, value: JsonObject) => Value;

const DECODERS: Readonly<Record<string, Decoder>> = {
  f: (_, value) => toNumber(value["f"]),
  i: (_, value) => BigInt(value["i"] as string),
  c: (tt, value) => {
    const [re, im] = value["c"] as readonly Json[];
    return tt.complex(toNumber(re), toNumber(im));
  },
  dtype: (tt, value) => {
    requireDtype(value["dtype"] as string);
    return tt.dtype(value["dtype"] as string);
  },
  device: (tt, value) => tt.call("torch.device", [value["device"]]),
  memory_format: (tt, value) => tt.resolve(`torch.${value["memory_format"] as string}`),
  layout_name: (tt, value) => tt.resolve(`torch.${value["layout_name"] as string}`),
  ellipsis: () => "...",
  slice: (_, value) => sliceText(value["slice"] as readonly Json[]),
  tuple: (tt, value) => decode(tt, value["tuple"]!),
  dict: (tt, value) => decodeDict(tt, value["dict"] as readonly (readonly [Json, Json])[]),
  function: (tt, value) => tt.resolve(value["function"] as string),
  module: (tt, value) => decodeModule(tt, value),
};

/** Dicts with text keys are plain objects, others are Maps. */
function decodeDict(tt: TT, entries: readonly (readonly [Json, Json])[]): Value {
  const pairs = entries.map(([key, value]) => [decode(tt, key), decode(tt, value)] as const);
  return pairs.every(([key]) => typeof key === "string") ? Object.fromEntries(pairs) : new Map(pairs);
}

/** A `torch.nn` module from its class name and constructor arguments. */
export function decodeModule(tt: TT, value: JsonObject): object {
  const args = decode(tt, value["args"] ?? []) as Value[];
  const module = tt.construct(
    `torch.nn.${value["module"] as string}`,
    withOptions(args, decodeOptions(tt, value["kwargs"])),
  );
  if (value["state_dict"] !== undefined) callModuleState(module, decodeOptions(tt, value["state_dict"]));
  return module;
}

/** Positionals, then one options object when there are keywords. */
export function withOptions(args: readonly Value[], options: Readonly<Record<string, Value>>): Value[] {
  return Object.keys(options).length === 0 ? [...args] : [...args, options];
}

/** `slice(1, None, 2)` as `at` writes it: "1::2". */
export function sliceText([start, stop, step]: readonly (Json | undefined)[]): string {
  const text = (x: Json | undefined): string => (typeof x === "number" ? String(x) : "");
  return step === null || step === undefined
    ? `${text(start)}:${text(stop)}`
    : `${text(start)}:${text(stop)}:${text(step)}`;
}
