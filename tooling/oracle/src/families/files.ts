import { join } from "node:path";
import { existsSync } from "node:fs";
import { readJson } from "../data.ts";
import type { JsonObject } from "../elements.ts";
import { CaseRecorder, type CaseResult } from "../report.ts";
import { resultDifference } from "../results.ts";
import { stateDifference } from "../state.ts";
import { callModule, entriesOf, type Tensor, type TT, type Value } from "../tt.ts";
import { decode } from "../values.ts";
import type { FamilyRunner } from "./family.ts";

interface Entry {
  readonly file: string;
  readonly loads: boolean | string;
  readonly format?: string;
  readonly reason?: string;
}

/** Checkpoints written by torch.save (README.md, "G. files"). */
export const files: FamilyRunner = {
  family: "files",
  units: (folder) => (existsSync(join(folder, "files", "index.json")) ? ["files"] : []),
  async run(tt, folder, unit, filter) {
    const results: CaseResult[] = [];
    for (const entry of readJson(join(folder, "files", "index.json")) as unknown as readonly Entry[]) {
      if (!filter.case(unit, entry.file)) continue;
      const recorder = new CaseRecorder();
      const path = join(folder, "files", entry.file);
      if (entry.loads === true) await loads(tt, path, recorder);
      else await refuses(tt, path, entry, recorder);
      if (entry.format === "torchscript") await recorder.run("jit", () => script(tt, path));
      results.push(recorder.result("files", unit, entry.file));
    }
    return results;
  },
};

async function load(tt: TT, path: string): Promise<Value> {
  return await tt.call("torch.load", [path]);
}

async function loads(tt: TT, path: string, recorder: CaseRecorder): Promise<void> {
  const { content, sharing: groups = [] } = readJson(`${path}.json`) as JsonObject;
  let loaded: Value;
  const fine = await recorder.run("content", async () => {
    loaded = await load(tt, path);
    return stateDifference(tt, loaded, content!);
  });
  await recorder.run("sharing", () => (fine ? sharingDifference(tt, loaded, groups as Groups) : "the content differs"));
}

type Groups = readonly (readonly {
  readonly path: string;
  readonly storage_offset: number;
  readonly stride: readonly number[];
}[])[];

function sharingDifference(tt: TT, loaded: Value, groups: Groups): string | null {
  const tensors = new Map(tensorPaths(tt, loaded, ""));
  for (const group of groups) {
    const storages = new Set<object>();
    for (const { path, storage_offset, stride } of group) {
      const tensor = tensors.get(path);
      if (tensor === undefined) return `there is no tensor ${path}`;
      storages.add(tensor.storage);
      if (tensor.offset !== storage_offset) return `${path} starts at ${tensor.offset} instead of ${storage_offset}`;
      if (tensor.strides.join() !== stride.join())
        return `${path} has strides ${tensor.strides.join()} instead of ${stride.join()}`;
    }
    if (storages.size > 1) return `${group.map(({ path }) => path).join(", ")} do not share memory`;
  }
  return null;
}

function tensorPaths(tt: TT, value: Value, path: string): [string, Tensor][] {
  if (tt.isTensor(value)) return [[path, value]];
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || value instanceof Set) return [];
  const entries = Array.isArray(value) ? Object.entries(value as Value[]) : entriesOf(value);
  return entries.flatMap(([key, item]) => tensorPaths(tt, item, path === "" ? String(key) : `${path}.${String(key)}`));
}

/** A refusal is an error about the file, not a breakdown of the reader. */
async function refuses(tt: TT, path: string, { format, reason = "" }: Entry, recorder: CaseRecorder): Promise<void> {
  await recorder.run("refusal", async () => {
    tt.resolve("torch.load");
    try {
      await load(tt, path);
    } catch (error) {
      const { message } = error as Error;
      if (
        /^Cannot (read|set) propert|is not (a function|iterable)|undefined|Offset is outside|Invalid typed array/.test(
          message,
        )
      ) {
        return `broke instead of refusing: ${message}`;
      }
      if (format === "torchscript" && !/jit/i.test(message))
        return `the error does not point to torch.jit.load: ${message}`;
      return reason.includes("posix.system") && !message.includes("system")
        ? `the error does not name what it refuses: ${message}`
        : null;
    }
    return "was loaded";
  });
}

async function script(tt: TT, path: string): Promise<string | null> {
  const { input, output } = readJson(`${path}.json`) as JsonObject;
  const module = await tt.call("torch.jit.load", [path]);
  return resultDifference(tt, callModule(module, [decode(tt, input!)]), output!);
}
