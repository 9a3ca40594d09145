import type { Family } from "../report.ts";
import { errors } from "./errors.ts";
import type { FamilyRunner } from "./family.ts";
import { files } from "./files.ts";
import { modules } from "./modules.ts";
import { ops } from "./ops.ts";
import { optim } from "./optim.ts";
import { repr } from "./repr.ts";
import { rng } from "./rng.ts";
import { surface } from "./surface.ts";
import { vision } from "./vision.ts";

export const RUNNERS: Readonly<Record<Family, FamilyRunner>> = {
  ops,
  errors,
  modules,
  optim,
  rng,
  repr,
  files,
  vision,
  surface,
};
