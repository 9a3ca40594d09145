import { join } from "node:path";
import { jsonNames, readNamed } from "../data.ts";
import { hasIntegralFloat, type JsonObject, text } from "../elements.ts";
import { CaseRecorder, type CaseResult, skipped } from "../report.ts";
import { decodeArguments, perform } from "../spelling.ts";
import type { TT } from "../tt.ts";
import { Inexpressible } from "../values.ts";
import type { FamilyRunner } from "./family.ts";
import { type OpRecord, requireCall } from "./op_cases.ts";

/** Calls that must throw (README.md, "B. errors"). */
export const errors: FamilyRunner = {
  family: "errors",
  units: (folder) => jsonNames(join(folder, "ops")),
  async run(tt, folder, unit, filter) {
    const record = readNamed(join(folder, "ops"), unit) as unknown as OpRecord;
    const results: CaseResult[] = [];
    for (const one of record.errors) {
      if (filter.case(unit, one.id)) results.push(await runError(tt, record, unit, one));
    }
    return results;
  },
};

async function runError(
  tt: TT,
  record: OpRecord,
  unit: string,
  one: JsonObject & { readonly id: string },
): Promise<CaseResult> {
  if (text(one["message"]).endsWith(", not float") && hasIntegralFloat([one["args"]!, one["kwargs"]!])) {
    return skipped(
      "errors",
      unit,
      one.id,
      "PyTorch refuses a Python float such as 2.0, and JavaScript cannot tell it from 2",
    );
  }
  const recorder = new CaseRecorder();
  try {
    await recorder.run("throws", () => {
      requireCall(tt, record.call);
      const made = decodeArguments(tt, record.call, one);
      return thrown(() => perform(tt, record.call, made), one);
    });
  } catch (error) {
    if (error instanceof Inexpressible) return skipped("errors", unit, one.id, error.message);
    throw error;
  }
  return recorder.result("errors", unit, one.id);
}

/** Messages of the JavaScript engine: something broke, nothing was checked. */
const ACCIDENT =
  /^Cannot (read|set) propert|is not (a function|iterable|a constructor)|^Cannot (mix BigInt|convert)|Invalid array length|Maximum call stack|is not defined$|Invalid typed array length/;

function thrown(body: () => unknown, one: JsonObject): string | null {
  try {
    body();
  } catch (error) {
    if (!(error instanceof Error)) return `threw ${String(error)}, not an Error`;
    if (error.name === "Missing" || error.name === "Inexpressible") throw error;
    return ACCIDENT.test(error.message) ? `broke instead of checking its arguments: ${error.message}` : null;
  }
  return `did not throw; PyTorch: ${text(one["type"])}: ${text(one["message"])}`;
}
