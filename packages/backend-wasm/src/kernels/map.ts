import { bool, type DType, float32, int32, type Kernels, type Scalar, Tensor, uint8 } from "@tt/core";
import type { MapKernel, Program } from "@tt/core/dispatch";
import { costOf, isSupported, LIGHT } from "../codegen/expression.ts";
import { compileLoop, type Element, type Loop, type Slot } from "../codegen/loop.ts";
import type { Engine } from "../engine.ts";
import { Plan } from "./plan.ts";

/** Elements below which the host's loop is as fast: of plain arithmetic, and of programs with elementary functions. */
const FEW = 1025;
const FEW_COSTLY = 64;

interface Entry {
  /** Elements from which on a loop of ours pays off. */
  readonly from: number;
  readonly loops: Map<number, Loop>;
}

/** Element-wise programs in float32 on tensors whose inner dimension is dense or broadcast; others run on the host's loops. */
export function mapKernel(engine: Engine, relaxed: boolean): Kernels {
  const { heap, operands, host } = engine;
  const entries = new WeakMap<Program, Entry>();
  const plan = new Plan();
  const tensors: (Tensor | null)[] = [];
  const constants: number[] = [];
  const modes: number[] = [];
  const args: number[] = [];

  function entryOf(program: Program): Entry {
    let entry = entries.get(program);
    if (entry === undefined) {
      const from = !isSupported(program) ? Infinity : costOf(program) > LIGHT ? FEW_COSTLY : FEW;
      entries.set(program, (entry = { from, loops: new Map() }));
    }
    return entry;
  }

  function run(
    program: Program,
    out: Tensor,
    inputs: readonly (Tensor | Scalar)[],
    scalars: readonly Scalar[],
  ): boolean {
    const { from, loops } = entryOf(program);
    const n = out.numel();
    if (n < from) return false;
    const count = program.operands;
    tensors.length = count;
    for (let k = 0; k < count; k++) {
      const input = inputs[k]!;
      if (!(input instanceof Tensor)) {
        if (typeof input !== "number" && typeof input !== "boolean") return false;
        tensors[k] = null;
        constants[k] = Number(input);
      } else {
        if (codeOf(input.dtype) < 0) return false;
        tensors[k] = input;
      }
    }
    for (const scalar of scalars) if (typeof scalar !== "number" && typeof scalar !== "boolean") return false;
    plan.set(out, tensors);
    const { rank, sizes, steps } = plan;
    const inner = rank - 1;
    if (steps[0]![inner] !== 1) return false;
    // Short rows of plain arithmetic cost more to start than to compute.
    if (sizes[inner]! < 4 && rank > 1) return false;
    let key = out.dtype === bool ? 1 : 0;
    for (let k = 0; k < count; k++) {
      const tensor = tensors[k]!;
      let mode = 0;
      if (tensor !== null) {
        const step = steps[k + 1]![inner]!;
        if (step !== 1 && step !== 0) return false;
        mode = 1 + 2 * codeOf(tensor.dtype) + (step === 1 && sizes[inner] !== 0 ? 0 : 1);
      }
      modes[k] = mode;
      key = key * 8 + mode;
    }
    let loop = loops.get(key);
    if (loop === undefined) {
      const slots = modes.slice(0, count).map(slotOf);
      loop = compileLoop({ program, operands: slots, out: out.dtype === bool ? "bool" : "f32", relaxed }, heap.memory);
      loops.set(key, loop);
    }
    return start(loop, program, out, scalars);
  }

  function start(loop: Loop, program: Program, out: Tensor, scalars: readonly Scalar[]): boolean {
    const { rank, sizes, steps } = plan;
    const inner = rank - 1;
    const outer = rank - 2;
    operands.begin();
    const count = program.operands;
    args.length = 0;
    args.push(outer < 0 ? 1 : sizes[outer]!, sizes[inner]!);
    for (let t = 0; t <= count; t++) {
      const tensor = t === 0 ? out : tensors[t - 1]!;
      if (tensor === null) {
        args.push(constants[t - 1]!);
        continue;
      }
      const address = t === 0 ? operands.output(tensor) : operands.input(tensor);
      if (address < 0) return false;
      args.push(address, outer < 0 ? 0 : steps[t]![outer]! * tensor.dtype.itemsize);
    }
    for (const scalar of scalars) args.push(Number(scalar));
    if (rank <= 2) loop(...args);
    else walk(loop, out, outer - 1);
    operands.end();
    return true;
  }

  /** Calls the loop for all combinations of the dimensions up to `dim`. */
  function walk(loop: Loop, out: Tensor, dim: number): void {
    if (dim < 0) {
      loop(...args);
      return;
    }
    const { sizes, steps } = plan;
    const size = sizes[dim]!;
    const move = (times: number): void => {
      let at = 2;
      for (let t = 0; t <= tensors.length; t++) {
        const tensor = t === 0 ? out : tensors[t - 1]!;
        if (tensor === null) at++;
        else {
          args[at]! += times * steps[t]![dim]! * tensor.dtype.itemsize;
          at += 2;
        }
      }
    };
    for (let i = 0; i < size; i++) {
      walk(loop, out, dim - 1);
      move(1);
    }
    move(-size);
  }

  const fallback = host.map!;
  const map: MapKernel = (program, compute, out, inputs, scalars) => {
    if (compute === float32 && (out.dtype === float32 || out.dtype === bool) && run(program, out, inputs, scalars))
      return;
    fallback(program, compute, out, inputs, scalars);
  };
  return { map };
}

const ELEMENTS: readonly Element[] = ["f32", "u8", "i32"];

function codeOf(dtype: DType): number {
  if (dtype === float32) return 0;
  if (dtype === bool || dtype === uint8) return 1;
  return dtype === int32 ? 2 : -1;
}

function slotOf(mode: number): Slot {
  if (mode === 0) return { element: "f32", mode: "constant" };
  return { element: ELEMENTS[(mode - 1) >> 1]!, mode: (mode & 1) === 1 ? "vector" : "splat" };
}
