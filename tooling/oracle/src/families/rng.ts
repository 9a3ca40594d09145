import { join } from "node:path";
import { jsonNames, readNamed } from "../data.ts";
import { isObject, type JsonObject, text } from "../elements.ts";
import { CaseRecorder, type CaseResult, skipped } from "../report.ts";
import { resultDifference } from "../results.ts";
import { property, send, type TT, type Value } from "../tt.ts";
import { decode, decodeOptions, Inexpressible } from "../values.ts";
import type { FamilyRunner } from "./family.ts";
import { loaderDifference } from "./loaders.ts";
import { scriptDifference } from "./script.ts";

/** Random numbers, initialisation, data order (README.md, "E. rng"). */
export const rng: FamilyRunner = {
  family: "rng",
  units: (folder) => jsonNames(join(folder, "rng")),
  async run(tt, folder, unit, filter) {
    const results: CaseResult[] = [];
    for (const one of readNamed(join(folder, "rng"), unit) as readonly JsonObject[]) {
      const id = idOf(one);
      if (filter.case(unit, id)) results.push(await runCase(tt, unit, id, one));
    }
    return results;
  },
};

/** Scripts have ids of their own; the same script runs with several seeds. */
function idOf(one: JsonObject): string {
  if ("nonlinearity" in one)
    return one["param"] === null ? text(one["nonlinearity"]) : `${text(one["nonlinearity"])}-${text(one["param"])}`;
  const seed = one["seed"];
  return `${text(one["id"])}/${text(isObject(seed) ? seed["i"] : seed)}`;
}

async function runCase(tt: TT, unit: string, id: string, one: JsonObject): Promise<CaseResult> {
  const recorder = new CaseRecorder();
  try {
    if ("calls" in one) await recorder.run("draws", () => scriptDifference(tt, one));
    else if ("nonlinearity" in one) await recorder.run("gain", () => gainDifference(tt, one));
    else if ("distribution" in one) await distribution(tt, one, recorder);
    else await recorder.run("order", () => loaderDifference(tt, one));
  } catch (error) {
    if (error instanceof Inexpressible) return skipped("rng", unit, id, error.message);
    throw error;
  }
  return recorder.result("rng", unit, id);
}

function gainDifference(tt: TT, one: JsonObject): string | null {
  const got = tt.call("torch.nn.init.calculate_gain", [
    one["nonlinearity"],
    ...(one["param"] === null ? [] : [one["param"]]),
  ]);
  const want = one["gain"] as number;
  return Math.abs(Number(got) - want) <= 1e-12 ? null : `${String(got)} instead of ${want}`;
}

async function distribution(tt: TT, one: JsonObject, recorder: CaseRecorder): Promise<void> {
  let made: object | undefined;
  let sample: Value;
  const failed = "there is no sample";
  const fine = await recorder.run("draws", () => {
    const options = decodeOptions(tt, one["kwargs"]);
    tt.manualSeed(decode(tt, one["seed"]!));
    made = tt.construct(`torch.distributions.${text(one["distribution"])}`, [options]);
    sample = send(made, "sample", [one["sample_shape"]]);
    return resultDifference(tt, sample, one["sample"]!);
  });
  await recorder.run("log_prob", () => {
    return fine ? resultDifference(tt, send(made, "log_prob", [sample]), one["log_prob"]!) : failed;
  });
  if (isObject(one["mean"])) {
    await recorder.run("mean", () => (fine ? resultDifference(tt, property(made, "mean"), one["mean"]!) : failed));
  }
  if (isObject(one["entropy"])) {
    await recorder.run("entropy", () =>
      fine ? resultDifference(tt, send(made, "entropy", []), one["entropy"]!) : failed,
    );
  }
}
