import { join } from "node:path";
import { jsonNames } from "../data.ts";
import type { CaseResult } from "../report.ts";
import { runClip, runGradScaler } from "./amp.ts";
import type { FamilyRunner } from "./family.ts";
import { runOptimizers } from "./optimizers.ts";
import { runSchedulers } from "./schedulers.ts";
import type { Filter } from "../only.ts";
import type { TT } from "../tt.ts";

const UNITS: Readonly<Record<string, (tt: TT, folder: string, filter: Filter) => Promise<CaseResult[]>>> = {
  optimizers: runOptimizers,
  schedulers: runSchedulers,
  clip: runClip,
  grad_scaler: runGradScaler,
};

/** Optimizers, schedulers, clipping and GradScaler (README.md, "D. optim"). */
export const optim: FamilyRunner = {
  family: "optim",
  units: (folder) => jsonNames(join(folder, "optim")).filter((name) => name in UNITS),
  run: (tt, folder, unit, filter) => UNITS[unit]!(tt, join(folder, "optim"), filter),
};
