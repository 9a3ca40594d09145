import { int64, type Kernel, type Kernels, type Scalar, type Tensor } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import type { RunMap } from "./map.ts";
import { fillDense } from "./pattern.ts";

const SAME: Program = parseExpr("a");

/** Copies between layouts and dtypes; whole numbers of 64 bits are converted at the load, everything else at the store. */
export function copyKernels(engine: Engine, run: RunMap): Kernels {
  const fallback = engine.host["copy"] as Kernel;
  const copy = (out: Tensor, input: Tensor): void => {
    const compute = input.dtype === int64 ? out.dtype : input.dtype;
    if (!run(SAME, compute, out, [input], [])) fallback(out, input);
  };
  engine.copy = copy;
  const fill = (out: Tensor, value: Scalar): void => {
    if (!fillDense(engine, out, value)) (engine.host["fill"] as Kernel)(out, value);
  };
  return { copy, fill };
}
