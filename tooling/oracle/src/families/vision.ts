import { join } from "node:path";
import { jsonNames, readNamed } from "../data.ts";
import { difference } from "../compare.ts";
import { elementsOf, isObject, type Json, type JsonObject, type TensorRecord, text } from "../elements.ts";
import { CaseRecorder, type CaseResult, skipped } from "../report.ts";
import { resultDifference } from "../results.ts";
import { callModule, callModuleState, send, type TT, type Value } from "../tt.ts";
import { decode, decodeOptions, Inexpressible, withOptions } from "../values.ts";
import type { FamilyRunner } from "./family.ts";
import { runModel } from "./vision_models.ts";

/** torchvision: models, transforms, operators, utilities (README.md, "V. vision"). */
export const vision: FamilyRunner = {
  family: "vision",
  units: (folder) => jsonNames(join(folder, "vision")),
  async run(tt, folder, unit, filter) {
    const results: CaseResult[] = [];
    for (const one of readNamed(join(folder, "vision"), unit) as readonly JsonObject[]) {
      const id = text(one["id"]);
      if (!filter.case(unit, id)) continue;
      results.push(await (unit.startsWith("models") ? runModel(tt, unit, one) : runCase(tt, unit, one)));
    }
    return results;
  },
};

async function runCase(tt: TT, unit: string, one: JsonObject): Promise<CaseResult> {
  const recorder = new CaseRecorder();
  const id = text(one["id"]);
  try {
    let target: Value;
    if (one["class"] !== undefined) {
      const fine = await recorder.run("construct", () => {
        target = tt.construct(text(one["class"]), argumentsOf(tt, one));
        if (one["state_dict"] !== undefined) callModuleState(target as object, decodeOptions(tt, one["state_dict"]));
        if (one["training"] === false) send(target, "eval", []);
        return null;
      });
      if (fine && one["text"] !== undefined) await recorder.run("text", () => textDifference(target, one["text"]!));
      if (!fine) return recorder.result("vision", unit, id);
    }
    if (one["output"] !== undefined) {
      await recorder.run("forward", () => {
        if (one["seed"] !== undefined) tt.manualSeed(one["seed"]);
        const result =
          one["class"] === undefined
            ? tt.call(text(one["path"]), argumentsOf(tt, one))
            : callModule(target, values(tt, one["input"]!) as Value[]);
        return outputDifference(tt, result, one["output"]!, 1 + 4 * ((one["noise"] ?? 0) as number));
      });
    }
  } catch (error) {
    if (error instanceof Inexpressible) return skipped("vision", unit, id, error.message);
    throw error;
  }
  return recorder.result("vision", unit, id);
}

function argumentsOf(tt: TT, one: JsonObject): Value[] {
  const kwargs = Object.entries((one["kwargs"] ?? {}) as JsonObject).map(([name, value]) => [name, values(tt, value)]);
  return withOptions(values(tt, one["args"] ?? []) as Value[], Object.fromEntries(kwargs) as Record<string, Value>);
}

/** Values of the record; here images are among them. */
function values(tt: TT, value: Json): Value {
  if (Array.isArray(value)) return value.map((item: Json) => values(tt, item));
  if (!isObject(value)) return value;
  if ("image" in value) {
    const { data, shape, image } = value as unknown as TensorRecord & { readonly image: string };
    const [height, width] = shape;
    return tt.construct("torchvision.Image", [Uint8Array.from(data as number[]), width, height, image]);
  }
  if ("build" in value) {
    const made = value["build"] as JsonObject;
    return tt.construct(text(made["class"]), argumentsOf(tt, made));
  }
  if ("dict" in value) {
    const entries = value["dict"] as readonly (readonly [string, Json])[];
    return Object.fromEntries(entries.map(([key, item]) => [key, values(tt, item)]));
  }
  return decode(tt, value);
}

async function outputDifference(tt: TT, got: Value, want: Json, scale: number): Promise<string | null> {
  if (Array.isArray(want) && Array.isArray(got)) {
    if (got.length !== want.length) return `${got.length} results instead of ${want.length}`;
    for (const [i, item] of want.entries()) {
      const problem = await outputDifference(tt, got[i], item as Json, scale);
      if (problem !== null) return `output ${i}: ${problem}`;
    }
    return null;
  }
  if (isObject(want) && "dict" in want) {
    const entries = want["dict"] as readonly (readonly [string, Json])[];
    const list = (value: Value): Value[] => entries.map(([key]) => (value as Record<string, Value>)[key]);
    return outputDifference(tt, list(got), entries.map(([, item]) => item) as Json, scale);
  }
  if (!isObject(want) || !("image" in want)) return resultDifference(tt, got, want, { scale });
  const { mode, width, height, channels, data } = got as {
    readonly mode: string;
    readonly width: number;
    readonly height: number;
    readonly channels: number;
    readonly data: Uint8Array;
  };
  if (mode !== want["image"]) return `mode ${mode} instead of ${text(want["image"])}`;
  const found = { dtype: "uint8", shape: [height, width, channels], re: Float64Array.from(data) };
  return difference(found, elementsOf(want as unknown as TensorRecord));
}

function textDifference(target: Value, want: Json): string | null {
  const found = String(target);
  return found === want ? null : `${JSON.stringify(found)} instead of ${JSON.stringify(want)}`;
}
