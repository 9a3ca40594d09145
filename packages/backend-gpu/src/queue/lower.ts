import type { DType } from "@tt/core";
import type { Program } from "@tt/core/dispatch";
import type { Form } from "../codegen/form.ts";
import type { Memory } from "../memory/memory.ts";
import type { Kernel } from "../wgsl/kernel.ts";
import type { Chain, Group } from "./group.ts";
import { type Access, accessOf, aligned, type View } from "./view.ts";

/** A buffer that a dispatch binds: `own` the kernel's operand of that number, else -1. */
export interface Binding {
  readonly memory: Memory;
  readonly own: number;
  written: boolean;
}

/** An element of a buffer: which one, and the first of its parameters. */
export interface Place {
  readonly binding: number;
  readonly form: Form;
  readonly access: Access;
  readonly word: number;
}

/** What an operation uses: the chain's start, a load, an operation's result, or a number among the parameters. */
export type Use =
  | { readonly kind: "start" }
  | { readonly kind: "load"; readonly index: number }
  | { readonly kind: "step"; readonly index: number }
  | { readonly kind: "number"; readonly word: number };

export interface Step {
  readonly program: Program;
  readonly compute: DType;
  readonly out: Form;
  readonly uses: readonly Use[];
  /** The first of its scalars among the parameters. */
  readonly word: number;
}

/** A chain as code is written for it. */
export interface LoweredChain {
  readonly operand: number;
  readonly prologue: boolean;
  readonly loads: Place[];
  readonly steps: (Step | null)[];
  readonly stores: { readonly place: Place; readonly use: Use }[];
  /** What a prologue gives. */
  result: Use | null;
}

/** A dispatch: its code is known by `key` alone. */
export interface Lowered {
  readonly kernel: Kernel | null;
  readonly numel: number;
  readonly key: string;
  readonly bindings: readonly Binding[];
  readonly chains: readonly LoweredChain[];
  /** Places of the kernel's own operands; null where a chain takes their part. */
  readonly own: readonly (Place | null)[];
  /** Forms of the kernel's operands. */
  readonly forms: readonly Form[];
}

const programs = new WeakMap<Program, number>();
let programCount = 0;

function numberOf(program: Program): number {
  let id = programs.get(program);
  if (id === undefined) programs.set(program, (id = ++programCount));
  return id;
}

const kernels = new WeakMap<Kernel, number>();
const codes = new Map<string, number>();

/** A number for a kernel's code. */
function codeNumber(kernel: Kernel): number {
  let id = kernels.get(kernel);
  if (id === undefined) {
    id = codes.get(kernel.code) ?? codes.size;
    codes.set(kernel.code, id);
    kernels.set(kernel, id);
  }
  return id;
}

/** Writes parameters: words of 32 bits. */
export class Words {
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly i32: Int32Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;
  start = 0;
  at = 0;

  constructor(bytes: number) {
    const buffer = new ArrayBuffer(bytes);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
  }

  number(value: number, form: "f32" | "i32" | "bool" | "u32"): void {
    if (form === "f32") this.f32[this.at++] = value;
    else if (form === "bool") this.u32[this.at++] = value === 0 ? 0 : 1;
    else this.i32[this.at++] = value;
  }
}

/** Decides what a group loads and stores, writes its parameters, and names its code; null when nothing of it is needed. */
export function lower(group: Group, words: Words): Lowered | null {
  const lowering = new Lowering(group, words);
  return lowering.run();
}

class Lowering {
  private readonly group: Group;
  private readonly words: Words;
  private readonly bindings: Binding[] = [];
  private key = "";

  constructor(group: Group, words: Words) {
    this.group = group;
    this.words = words;
  }

  run(): Lowered | null {
    const { group, words } = this;
    const { kernel } = group;
    const own: (Place | null)[] = [];
    const chains: LoweredChain[] = [];
    const first = group.chains[0];
    if (kernel === null) {
      this.key = "m";
      words.u32[words.at++] = first!.numel;
      const lowered = this.chain(first!);
      if (lowered.stores.length === 0) return null;
      chains.push(lowered);
    } else {
      this.key = `k${codeNumber(kernel.kernel)}`;
      for (const [, type, value] of kernel.kernel.params) words.number(value, type);
      if (!this.wanted()) return null;
      kernel.views.forEach((view, k) => {
        const { access } = kernel.kernel.operands[k]!;
        const chain = group.chains.find(({ operand }) => operand === k);
        if (access === "load" || access === "store") {
          own.push(chain === undefined ? this.place(view, access === "store", true) : null);
          return;
        }
        this.key += access[0]!;
        own.push(null);
        this.bindings.push({ memory: view.memory, own: k, written: access === "update" || access === "atomic" });
      });
      for (const chain of group.chains) chains.push(this.chain(chain));
    }
    for (const { memory, written } of this.bindings) this.key += `${memory.form.key}${written ? "w" : "r"}`;
    return {
      kernel: kernel?.kernel ?? null,
      numel: first?.numel ?? 0,
      key: this.key,
      bindings: this.bindings,
      chains,
      own,
      forms: kernel?.views.map(({ form }) => form) ?? [],
    };
  }

  /** Whether somebody will look at anything that the kernel writes. */
  private wanted(): boolean {
    for (const { memory, uses, written } of this.group.touched) {
      if (written && (!memory.dead || memory.uses > uses)) return true;
    }
    return false;
  }

  private bind(memory: Memory, written: boolean): number {
    for (let k = 0; k < this.bindings.length; k++) {
      const binding = this.bindings[k]!;
      if (binding.memory === memory && binding.own < 0) {
        binding.written ||= written;
        return k;
      }
    }
    this.bindings.push({ memory, own: -1, written });
    return this.bindings.length - 1;
  }

  private place(view: View, written: boolean, own: boolean): Place {
    const access = accessOf(view);
    const { words } = this;
    const binding = this.bind(view.memory, written);
    const word = words.at - words.start;
    words.u32[words.at++] = access.offset;
    for (let d = 0; d < access.sizes.length; d++) {
      words.u32[words.at++] = access.sizes[d]!;
      words.u32[words.at++] = access.steps[d]!;
    }
    this.key += `${own ? "o" : ""}${binding}${view.form.key}${access.dense ? "d" : "s"}${access.rank};`;
    return { binding, form: view.form, access, word };
  }

  private chain(chain: Chain): LoweredChain {
    const { words, group } = this;
    const { nodes } = chain;
    // Which nodes matter: those whose values are stored or loaded by the kernel, and what they use.
    const uses = usesOf(chain);
    const stored = chain.written.filter(({ view }) => {
      if (chain.prologue) return false;
      const entry = group.touch(view.memory)!;
      return !view.memory.dead || view.memory.uses > entry.uses;
    });
    const needed = new Array<boolean>(nodes.length).fill(false);
    const result = chain.prologue ? chain.written.at(-1)!.node : -1;
    if (result >= 0) needed[result] = true;
    for (const { node } of stored) if (node >= 0) needed[node] = true;
    // Nodes use earlier ones only.
    for (let n = nodes.length - 1; n >= 0; n--) {
      if (needed[n]) for (const use of uses[n]!) if (use >= 0) needed[use] = true;
    }

    this.key += `|${chain.operand}${chain.prologue ? "p" : "e"}`;
    const loads: Place[] = [];
    const loaded: View[] = [];
    const steps = nodes.map((node, n): Step | null => {
      if (!needed[n]) return null;
      const places = node.inputs.map((input, k): Use => {
        if (typeof input === "number") {
          const word = words.at - words.start;
          words.number(input, node.compute.category === 2 ? "f32" : node.compute.category === 1 ? "i32" : "bool");
          this.key += "n";
          return { kind: "number", word };
        }
        const from = uses[n]![k]!;
        if (from === START) {
          this.key += "v";
          return { kind: "start" };
        }
        if (from >= 0) {
          this.key += `t${from}`;
          return { kind: "step", index: from };
        }
        let index = loaded.findIndex((view) => aligned(view, input));
        if (index < 0) {
          index = loaded.length;
          this.key += "L";
          loaded.push(input);
          loads.push(this.place(input, false, false));
        } else this.key += `l${index}`;
        return { kind: "load", index };
      });
      const word = words.at - words.start;
      const kind = node.compute.category === 2 ? "f32" : node.compute.category === 1 ? "i32" : "bool";
      for (const scalar of node.scalars) words.number(scalar, kind);
      this.key += `${n}:${numberOf(node.program)}.${node.compute.id}${node.out.form.key},`;
      return { program: node.program, compute: node.compute, out: node.out.form, uses: places, word };
    });
    const stores = stored.map(({ view, node }) => {
      this.key += `>${node}`;
      const use: Use = node < 0 ? { kind: "start" } : { kind: "step", index: node };
      return { place: this.place(view, true, false), use };
    });
    if (chain.prologue) this.key += `=${result}`;
    return {
      operand: chain.operand,
      prologue: chain.prologue,
      loads,
      steps,
      stores,
      result: chain.prologue ? { kind: "step", index: result } : null,
    };
  }
}

const LOAD = -1;
const START = -2;

/** For every node's inputs, in order: the node whose value it is, {@link LOAD}, or {@link START}. */
function usesOf(chain: Chain): number[][] {
  const written: { view: View; node: number }[] = [];
  if (chain.operand >= 0 && !chain.prologue) {
    written.push({ view: chain.start!, node: START });
  }
  return chain.nodes.map(({ inputs, out }, n) => {
    const found = inputs.map((input) => {
      if (typeof input === "number") return LOAD;
      for (let k = written.length - 1; k >= 0; k--) {
        if (written[k]!.view.memory === input.memory) return written[k]!.node;
      }
      return LOAD;
    });
    written.push({ view: out, node: n });
    return found;
  });
}
