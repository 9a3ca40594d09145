import { type DType, RuntimeError, type Scalar, Tensor } from "@tt/core";
import { allocate, BOOL, kindOf, type MapKernel, parseExpr, type Program } from "@tt/core/dispatch";
import { costOf, LIGHT, supports } from "../codegen/expression.ts";
import { compileLoop, type Loop, type LoopSpec, type Mode, type Slot } from "../codegen/loop.ts";
import { widthOf } from "../codegen/machine.ts";
import type { Engine } from "../engine.ts";
import { WasmStorage } from "../memory/storage.ts";
import { pushConstant } from "./constants.ts";
import { launch, type Stream } from "./launch.ts";
import { Plan } from "./plan.ts";

/** Elements below which the host's loop is as fast: of plain arithmetic, and of programs with elementary functions. */
const FEW = 1025;
const FEW_COSTLY = 64;
/** Elements from which on a loop is compiled at its first use. */
const MANY = 8192;
/** Uses of fewer elements after which a loop is compiled. */
const USES = 2;

/** What is known of a program computed in one dtype. */
interface Entry {
  readonly supported: boolean;
  readonly cost: number;
  /** Elements from which on a loop of ours pays off. */
  readonly from: number;
  /** Whether scalars are compared with halves. */
  readonly compares: boolean;
  readonly loops: Map<number, Compiled>;
}

interface Compiled {
  uses: number;
  loop: Loop | null;
  traps: boolean;
}

/** The program of copies. */
export const SAME: Program = parseExpr("a");

const MODES: readonly Mode[] = ["constant", "vector", "stride", "splat"];

/** Runs a program; false when the host has to. */
export type RunMap = (
  program: Program,
  compute: DType,
  out: Tensor,
  inputs: readonly (Tensor | Scalar)[],
  scalars: readonly Scalar[],
) => boolean;

/** Element-wise programs in all dtypes and layouts. */
export function makeMap(engine: Engine, relaxed: boolean): RunMap {
  const { heap, operands } = engine;
  const entries = new WeakMap<Program, Entry[]>();
  const plan = new Plan();
  const tensors: (Tensor | null)[] = [];
  const modes: number[] = [];
  /** Copies made for the call under way. */
  const straightened: Tensor[] = [];

  function entryOf(program: Program, compute: DType): Entry {
    let byDtype = entries.get(program);
    if (byDtype === undefined) entries.set(program, (byDtype = []));
    return (byDtype[compute.id] ??= makeEntry(program, compute));
  }

  /** Copies operands that are read across their memory order where the output is written along its own; whether there are any. */
  function straighten(out: Tensor): boolean {
    const { rank, steps } = plan;
    if (rank < 2 || steps[0]![rank - 1] !== 1) return false;
    const all = tensors.slice();
    const across = all.flatMap((tensor, k) => {
      const own = steps[k + 1]!.slice(0, rank);
      const is = tensor !== null && own[rank - 1]! > 1 && own.includes(1) && tensor.numel() === out.numel();
      return is ? [k] : [];
    });
    if (across.length === 0) return false;
    for (const k of across) {
      const tensor = all[k]!;
      const straight = allocate(tensor.shape, tensor.dtype, tensor.device);
      engine.copy(straight, tensor);
      all[k] = straight;
      straightened.push(straight);
    }
    // Copying may have come by here as well.
    tensors.length = all.length;
    all.forEach((tensor, k) => (tensors[k] = tensor));
    return true;
  }

  return (program, compute, out, inputs, scalars) => {
    const n = out.numel();
    if (n < engine.few(FEW_COSTLY)) return false;
    const entry = entryOf(program, compute);
    if (!entry.supported || n < engine.few(entry.from)) return false;
    const count = program.operands;
    tensors.length = count;
    for (let k = 0; k < count; k++) {
      const input = inputs[k]!;
      tensors[k] = input instanceof Tensor ? input : null;
    }
    plan.set(out, tensors);
    if (n >= MANY && program !== SAME && straighten(out)) plan.set(out, tensors);
    const { rank, sizes, steps } = plan;
    const inner = rank - 1;
    let key = out.dtype.id * 2 + Number(steps[0]![inner] !== 1);
    for (let k = 0; k < count; k++) {
      const tensor = tensors[k]!;
      let mode = 0;
      if (tensor !== null) {
        const step = steps[k + 1]![inner]!;
        mode = step === 1 ? 1 : step === 0 ? 3 : 2;
      }
      modes[k] = mode;
      key = key * 64 + (tensor === null ? 0 : tensor.dtype.id * 4) + mode;
    }
    let compiled = entry.loops.get(key);
    if (compiled === undefined) entry.loops.set(key, (compiled = { uses: 0, loop: null, traps: false }));
    if (compiled.loop === null) {
      // Compiling takes a fraction of a millisecond, which a loop that is seldom used would not earn back.
      if (n < engine.few(MANY) && compiled.uses++ < USES) return false;
      const slots = tensors.slice(0, count).map((tensor, k): Slot => ({
        dtype: tensor?.dtype ?? null,
        mode: MODES[modes[k]!]!,
      }));
      const mode = steps[0]![inner] === 1 ? "vector" : "stride";
      const spec: LoopSpec = { program, compute, operands: slots, out: { dtype: out.dtype, mode }, relaxed };
      Object.assign(compiled, compileLoop(spec, heap.memory));
    }
    const args: number[] = [0, 0];
    const streams: Stream[] = [];
    operands.begin();
    for (let t = 0; t <= count; t++) {
      const tensor = t === 0 ? out : tensors[t - 1]!;
      if (tensor === null) {
        pushConstant(args, inputs[t - 1] as Scalar, compute, entry.compares);
        continue;
      }
      const address = t === 0 ? operands.output(tensor) : operands.input(tensor);
      if (address < 0) return false;
      const size = tensor.dtype.itemsize;
      const own: number[] = [];
      for (let d = 0; d < rank; d++) own.push(steps[t]![d]! * size);
      streams.push({ at: args.length, steps: own });
      args.push(address, 0);
      if (t === 0 ? steps[0]![inner] !== 1 : modes[t - 1] === 2) args.push(own[inner]!);
    }
    for (const scalar of scalars) pushConstant(args, scalar, compute, entry.compares);
    const time = n * (entry.cost > LIGHT ? 0.05 * entry.cost : 0.3) * (widthOf(compute) / 32);
    run(compiled, args, sizes.slice(0, rank), streams, time);
    operands.end();
    for (const { storage } of straightened) if (storage instanceof WasmStorage) heap.release(storage.cell);
    straightened.length = 0;
    return true;
  };

  function run(
    { loop, traps }: Compiled,
    args: number[],
    sizes: readonly number[],
    streams: readonly Stream[],
    cost: number,
  ): void {
    if (!traps) {
      launch(engine, loop!, args, sizes, streams, cost, false);
      return;
    }
    try {
      launch(engine, loop!, args, sizes, streams, cost, true);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new RuntimeError("ZeroDivisionError", { cause: error });
    }
  }
}

function makeEntry(program: Program, compute: DType): Entry {
  const supported = program.operands <= 5 && supports(program, compute, widthOf(compute));
  const cost = supported ? costOf(program) : 0;
  return {
    supported,
    cost,
    from: cost > LIGHT ? FEW_COSTLY : FEW,
    compares: supported && kindOf(program.result, program, compute) === BOOL,
    loops: new Map(),
  };
}

/** {@link RunMap}, by the host where need be. */
export type MapInto = (...args: Parameters<RunMap>) => void;

/** The kernel of element-wise ops; programs with functions that have no code run on the host's loops. */
export function mapKernel(engine: Engine, run: RunMap): { readonly map: MapKernel } {
  const fallback = engine.host.map!;
  const map: MapKernel = (program, compute, out, inputs, scalars) => {
    if (!run(program, compute, out, inputs, scalars)) fallback(program, compute, out, inputs, scalars);
  };
  return { map };
}
