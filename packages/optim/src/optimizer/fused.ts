import type { Tensor } from "@tt/core";
import { type Bound, call, findOp, type Op } from "@tt/core/dispatch";

/** A step that backends may compute in one kernel; written out in ordinary ops for everything else. */
export class FusedStep {
  private readonly op: Op;

  constructor(name: string) {
    this.op = findOp(name)!;
  }

  /**
   * @param params - tensors of one device
   * @param recorded - whether the step itself shall be differentiable
   * @param args - what follows the parameters in the op's schema
   */
  run(params: readonly Tensor[], recorded: boolean, args: readonly Bound[]): void {
    if (recorded) this.op.composite!.decompose(params, ...args);
    else {
      call(this.op, [params, ...args]);
      // Kernels know nothing of versions, and graphs that saved a parameter must notice.
      for (const param of params) param.versionCell.version++;
    }
  }
}
