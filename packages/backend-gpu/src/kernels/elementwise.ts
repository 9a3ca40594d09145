import { int64, type Kernels, NotImplementedError, type Scalar, type Tensor } from "@tt/core";
import { type MapKernel, parseExpr, type Program } from "@tt/core/dispatch";
import { supports } from "../codegen/expression.ts";
import { formOf } from "../codegen/form.ts";
import type { Engine } from "../engine.ts";
import type { HostSide } from "./host.ts";

const SAME: Program = parseExpr("a");

/** Element-wise programs, copies and fills. */
export function elementwiseKernels(engine: Engine, host: HostSide): Kernels {
  const map: MapKernel = (program, compute, out, inputs, scalars) => {
    formOf(compute);
    if (supports(program, compute)) engine.map(program, compute, out, inputs, scalars);
    else host.map(program, compute, out, inputs, scalars);
  };
  return {
    map,
    copy(out: Tensor, from: Tensor): void {
      engine.map(SAME, from.dtype === int64 ? int64 : from.dtype, out, [from], []);
    },
    fill(out: Tensor, value: Scalar): void {
      if (typeof value === "object") throw new NotImplementedError("complex");
      engine.map(SAME, out.dtype, out, [value], []);
    },
  };
}
