import { is_tensor, type Tensor } from "@tt/core";
import { Node, type Gradients } from "@tt/autograd";
import { modes } from "@tt/core/dispatch";
import { type Module } from "./module.ts";
import type { ModuleState } from "./state.ts";

/** Runs forward between the module's (and the global) hooks. */
export function callWithHooks(module: Module, args: unknown[], globals: ModuleState): unknown {
  const own = module.moduleState;
  let inputs = args;
  for (const hook of [...globals.forwardPre.values(), ...own.forwardPre.values()]) {
    const replaced = hook(module, inputs);
    if (replaced !== undefined && replaced !== null)
      inputs = Array.isArray(replaced) ? (replaced as unknown[]) : [replaced];
  }
  const backward = [...globals.backward.values(), ...own.backward.values()];
  const backwardPre = [...globals.backwardPre.values(), ...own.backwardPre.values()];
  const watch = backward.length + backwardPre.length > 0 && modes().gradEnabled ? new BackwardWatch(module) : null;
  if (watch !== null) inputs = watch.inputs(inputs);
  let output = (module.forward as (...a: unknown[]) => unknown)(...inputs);
  for (const hook of [...globals.forward.values(), ...own.forward.values()]) {
    const replaced = hook(module, inputs, output);
    if (replaced !== undefined && replaced !== null) output = replaced;
  }
  if (watch !== null) output = watch.outputs(output, backward, backwardPre);
  return output;
}

type Backward = (module: Module, grad_input: (Tensor | null)[], grad_output: (Tensor | null)[]) => unknown;
type BackwardPre = (module: Module, grad_output: (Tensor | null)[]) => unknown;

/** Passes tensors through and reports their gradients. */
class Gate extends Node {
  private readonly label: string;
  private readonly through: (grads: Gradients) => Gradients;

  constructor(label: string, tensors: readonly Tensor[], through: (grads: Gradients) => Gradients) {
    super();
    this.label = label;
    this.through = through;
    for (const tensor of tensors) {
      this.next.push(tensor.grad_fn as Node | null);
      this.nextIndex.push(tensor.outputNr);
      this.addOutput(tensor);
    }
  }

  override name(): string {
    return this.label;
  }

  override apply(grads: Gradients): Gradients {
    return this.through(grads);
  }

  /** `tensor` as output `index` of this node. */
  pass(tensor: Tensor, index: number): Tensor {
    const out = tensor.detach();
    out.gradNode = this;
    out.outputNr = index;
    return out;
  }
}

/** Catches gradients where they enter and leave a module, for full backward hooks. */
class BackwardWatch {
  private readonly module: Module;
  private gradOutput: (Tensor | null)[] = [];
  private finish: ((gradInput: (Tensor | null)[]) => Gradients) | null = null;
  private hasInputs = false;
  private inputSlots: number[] = [];
  private count = 0;

  constructor(module: Module) {
    this.module = module;
  }

  inputs(args: unknown[]): unknown[] {
    this.count = args.length;
    this.inputSlots = [...args.keys()].filter((i) => {
      const arg = args[i];
      return is_tensor(arg) && arg.requires_grad;
    });
    if (this.inputSlots.length === 0) return args;
    this.hasInputs = true;
    // Leaves enter through a recorded copy so that every input has a node of its own.
    const tensors = this.inputSlots.map((i) => {
      const tensor = args[i] as Tensor;
      return tensor.grad_fn === null ? tensor.view_as(tensor) : tensor;
    });
    const gate = new Gate("BackwardHookFunctionBackward", tensors, (grads) => this.finish?.(grads) ?? grads);
    const out = [...args];
    this.inputSlots.forEach((slot, i) => (out[slot] = gate.pass(tensors[i]!, i)));
    return out;
  }

  outputs(output: unknown, backward: readonly Backward[], backwardPre: readonly BackwardPre[]): unknown {
    const single = is_tensor(output);
    const list = single ? [output] : Array.isArray(output) ? [...(output as unknown[])] : [];
    const slots = [...list.keys()].filter((i) => is_tensor(list[i]) && list[i].grad_fn !== null);
    if (slots.length === 0) return output;
    const run = (gradInput: (Tensor | null)[]): (Tensor | null)[] => {
      let current = gradInput;
      for (const hook of backward) {
        const replaced = hook(this.module, current, this.gradOutput);
        if (Array.isArray(replaced)) current = replaced as (Tensor | null)[];
      }
      return current;
    };
    this.finish = (grads) => {
      const gradInput = new Array<Tensor | null>(this.count).fill(null);
      this.inputSlots.forEach((slot, i) => (gradInput[slot] = grads[i] ?? null));
      const after = run(gradInput);
      return this.inputSlots.map((slot) => after[slot] ?? null);
    };
    const tensors = slots.map((i) => list[i] as Tensor);
    const gate = new Gate("BackwardHookFunctionBackward", tensors, (grads) => {
      let gradOutput = new Array<Tensor | null>(list.length).fill(null);
      slots.forEach((slot, i) => (gradOutput[slot] = grads[i] ?? null));
      for (const hook of backwardPre) {
        const replaced = hook(this.module, gradOutput);
        if (Array.isArray(replaced)) gradOutput = replaced as (Tensor | null)[];
      }
      this.gradOutput = gradOutput;
      if (!this.hasInputs) run([]);
      return slots.map((slot) => gradOutput[slot] ?? null);
    });
    slots.forEach((slot, i) => (list[slot] = gate.pass(tensors[i]!, i)));
    return single ? list[0] : list;
  }
}
