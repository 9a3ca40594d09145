import { join } from "node:path";
import { jsonNames, readNamed } from "../data.ts";
import { hasIntegralFloat, isObject, type Json, type JsonObject, text } from "../elements.ts";
import { CaseRecorder, type CaseResult, skipped } from "../report.ts";
import { decodeArguments, perform } from "../spelling.ts";
import { send, type TT, type Value } from "../tt.ts";
import { decode, decodeOptions, Inexpressible, withOptions } from "../values.ts";
import type { FamilyRunner } from "./family.ts";

/** Texts of tensors and modules (README.md, "F. repr"). */
export const repr: FamilyRunner = {
  family: "repr",
  units: (folder) => jsonNames(join(folder, "repr")),
  async run(tt, folder, unit, filter) {
    const results: CaseResult[] = [];
    for (const one of readNamed(join(folder, "repr"), unit) as readonly JsonObject[]) {
      const id = text(one["id"]);
      if (filter.case(unit, id)) results.push(await runCase(tt, unit, id, one));
    }
    return results;
  },
};

async function runCase(tt: TT, unit: string, id: string, one: JsonObject): Promise<CaseResult> {
  const recorder = new CaseRecorder();
  try {
    await recorder.run("text", () => {
      const want = one["repr"] as string;
      const printed = unit === "modules" ? String(build(tt, one["build"]!)) : tensorText(tt, one);
      const text = want.includes("device=") ? printed : withoutDevice(printed);
      if (text === want || (text !== printed && unwrapped(text) === unwrapped(want))) return null;
      if (hasIntegralFloat(one["build"] ?? null) && withoutPoints(text) === withoutPoints(want)) {
        throw new Inexpressible("prints a Python float such as 1.0, and JavaScript cannot tell it from 1");
      }
      return `${JSON.stringify(text)} instead of ${JSON.stringify(want)}`;
    });
  } catch (error) {
    if (error instanceof Inexpressible) return skipped("repr", unit, id, error.message);
    throw error;
  }
  return recorder.result("repr", unit, id);
}

/** The recorded tensors lie on the cpu, whose name is not printed; those of other devices say where they are. */
function withoutDevice(text: string): string {
  return text.replaceAll(/,\s+device='\w+(?::\d+)?'/g, "");
}

/** What follows a device's name may have gone to a line of its own. */
const unwrapped = (text: string): string =>
  text.replaceAll(/,\n\s+(?=(?:size|dtype|layout|grad_fn|requires_grad)=)/g, ", ");

function withoutPoints(text: string): string {
  return text.replaceAll(/(\d)\.0\b/g, "$1");
}

function tensorText(tt: TT, one: JsonObject): string {
  let value = isObject(one["tensor"]) ? decode(tt, one["tensor"]) : made(tt, one);
  for (const step of (one["then"] ?? []) as readonly JsonObject[]) value = then(tt, value, step);
  if (one["parameter"] === true) {
    const requires_grad = one["requires_grad"] !== false;
    value = tt.construct("torch.nn.Parameter", [send(value, "detach", []), { requires_grad }]);
  }
  try {
    if (isObject(one["printoptions"])) tt.call("torch.set_printoptions", [one["printoptions"]]);
    return String(value);
  } finally {
    if (isObject(one["printoptions"])) tt.call("torch.set_printoptions", [{ profile: "default", sci_mode: null }]);
  }
}

function made(tt: TT, one: JsonObject): Value {
  return tt.call(text(one["fn"]), withOptions(decode(tt, one["args"]!) as Value[], decodeOptions(tt, one["kwargs"])));
}

function then(tt: TT, value: Value, step: JsonObject): Value {
  const call = { kind: "method", path: text(step["method"]) } as const;
  const { args, kwargs } = decodeArguments(tt, call, { input: null, kwargs: {}, ...step });
  return perform(tt, call, { input: value, args, kwargs });
}

/** Nested constructor calls. */
function build(tt: TT, value: Json): Value {
  if (Array.isArray(value)) return value.map((item: Json) => build(tt, item));
  if (!isObject(value)) return value;
  if ("tuple" in value) return build(tt, value["tuple"]);
  if ("dict" in value) {
    const entries = value["dict"] as readonly (readonly [string, Json])[];
    return Object.fromEntries(entries.map(([key, item]) => [key, build(tt, item)]));
  }
  if (!("module" in value)) return decode(tt, value);
  const kwargs = Object.entries((value["kwargs"] ?? {}) as JsonObject).map(
    ([key, item]) => [key, build(tt, item)] as const,
  );
  const args = build(tt, value["args"] ?? []) as Value[];
  return tt.construct(`torch.nn.${text(value["module"])}`, withOptions(args, Object.fromEntries(kwargs)));
}
