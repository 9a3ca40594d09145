import { int32, type Kernels, RuntimeError, type Tensor } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import type { View } from "../queue/view.ts";
import { recurrentBackward } from "../wgsl/recurrent/backward.ts";
import { recurrentForward } from "../wgsl/recurrent/forward.ts";
import { type RecurrentMode, type RecurrentSpec, WIDEST } from "../wgsl/recurrent/steps.ts";
import { planFor } from "./cache.ts";

const FILL: Program = parseExpr("a");
const ADD: Program = parseExpr("a + b");

type Maybe = Tensor | null;
type Outs = readonly [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
type Gradients = readonly [Tensor, Tensor, Tensor, Tensor];

/** Recurrent layers: one direction of one layer, all steps in one dispatch. */
export function recurrentKernels(engine: Engine): Kernels {
  const specOf = (
    mode: RecurrentMode,
    state: Tensor,
    rows: number,
    steps: Int32Array,
    bias: boolean,
  ): RecurrentSpec => {
    const [batch, width] = state.shape as [number, number];
    if (width > WIDEST) {
      throw new RuntimeError(
        `gpu: a recurrent layer may have at most ${WIDEST} hidden features on device "gpu", got ${width}`,
      );
    }
    const count = steps.length / 2;
    const reverse = count > 1 && steps[0]! > steps[2]!;
    let packed = false;
    for (let s = 0; s < count; s++) {
      const first = (reverse ? count - 1 - s : s) * batch;
      packed ||= steps[2 * s] !== first || steps[2 * s + 1] !== batch;
    }
    return { mode, batch, width, count, rows, packed, reverse: !packed && reverse, bias };
  };
  /** Calls `run` with the table of steps on the device, where one is needed. */
  const withTable = (spec: RecurrentSpec, steps: Int32Array, run: (table: { steps?: View }) => void): void => {
    if (!spec.packed) return run({});
    const table = engine.temporary(int32, [steps.length]);
    engine.queue.upload(table.memory, new Int32Array(steps).buffer);
    run({ steps: table });
    engine.queue.release(table.memory);
  };
  const begin = (state: Tensor, from: Maybe): void => {
    if (from === null) engine.map(FILL, state.dtype, state, [0], []);
    else engine.copy(state, from);
  };
  return {
    recurrent_forward(
      [out, h, c, reserve, h_before, c_before]: Outs,
      gates: Tensor,
      h0: Tensor,
      c0: Maybe,
      weight: Tensor,
      bias: Maybe,
      mode: RecurrentMode,
      steps: Int32Array,
    ): void {
      begin(h, h0);
      if (c0 !== null) begin(c, c0);
      if (gates.numel() === 0) return;
      const gru = mode === "GRU";
      const spec = specOf(mode, h, gates.shape[0]!, steps, gru && bias !== null);
      const shared = !gru && bias !== null ? engine.temporary(gates.dtype, gates.shape) : null;
      if (shared !== null) engine.map(ADD, gates.dtype, shared, [gates, bias!], []);
      withTable(spec, steps, (table) =>
        engine.run(planFor("recurrent", spec, recurrentForward), {
          ...table,
          ...(spec.bias && { bias: bias! }),
          ...(c0 !== null && { c, c_before }),
          gates: shared ?? gates,
          weight,
          h0,
          h,
          out,
          reserve,
          h_before,
        }),
      );
      if (shared !== null) engine.queue.release(shared.memory);
    },
    recurrent_backward(
      [gates, h, c, recurrent]: Gradients,
      grad: Maybe,
      gH: Maybe,
      gC: Maybe,
      reserve: Tensor,
      h_before: Tensor,
      c_before: Tensor,
      weight: Tensor,
      mode: RecurrentMode,
      steps: Int32Array,
    ): void {
      const lstm = mode === "LSTM";
      begin(h, gH);
      if (lstm) begin(c, gC);
      if (gates.numel() === 0) return;
      const rows = gates.shape[0]!;
      const spec = specOf(mode, h, rows, steps, false);
      const plan = planFor("recurrent_backward", { ...spec, grad: grad !== null }, () =>
        recurrentBackward(spec, grad !== null),
      );
      withTable(spec, steps, (table) =>
        engine.run(plan, {
          ...table,
          ...(grad !== null && { grad }),
          ...(lstm && { c, c_before }),
          ...(mode === "GRU" && { h_before, recurrent }),
          reserve,
          weight,
          h,
          gates,
        }),
      );
    },
  };
}
