import { join } from "node:path";
import { jsonNames, readNamed } from "../data.ts";
import type { FamilyRunner } from "./family.ts";
import { type OpRecord, runOp } from "./op_cases.ts";

export const ops: FamilyRunner = {
  family: "ops",
  units: (folder) => jsonNames(join(folder, "ops")),
  run: (tt, folder, unit, filter) =>
    runOp(tt, readNamed(join(folder, "ops"), unit) as unknown as OpRecord, unit, filter),
};
