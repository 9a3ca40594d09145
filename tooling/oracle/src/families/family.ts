import type { Filter } from "../only.ts";
import type { CaseResult, Family } from "../report.ts";
import type { TT } from "../tt.ts";

/** One kind of cases: which files it has, and how each is run. */
export interface FamilyRunner {
  readonly family: Family;
  /** Names of the units (ops, modules, files) recorded in a folder. */
  units(folder: string): readonly string[];
  /** Runs the cases of one unit. */
  run(tt: TT, folder: string, unit: string, filter: Filter): Promise<CaseResult[]>;
}
