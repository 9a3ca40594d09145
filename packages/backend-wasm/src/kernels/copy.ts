import { int64, type Kernel, type Kernels, type Tensor } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import type { RunMap } from "./map.ts";

const SAME: Program = parseExpr("a");

/** Copies between layouts and dtypes; whole numbers of 64 bits are converted at the load, everything else at the store. */
export function copyKernels(engine: Engine, run: RunMap): Kernels {
  const fallback = engine.host["copy"] as Kernel;
  const copy = (out: Tensor, input: Tensor): void => {
    const compute = input.dtype === int64 ? out.dtype : input.dtype;
    if (!run(SAME, compute, out, [input], [])) fallback(out, input);
  };
  engine.copy = copy;
  return { copy };
}
