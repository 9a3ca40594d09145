import type { Memory } from "../memory/memory.ts";
import type { KernelNode, MapNode } from "./node.ts";
import { aligned, type View } from "./view.ts";

/** Nodes of a chain, and words of parameters, beyond which nothing more is fused. */
const MOST_NODES = 48;
const MOST_WORDS = 220;

/** What a chain has written: the value that `view` has now, made by node number `node` (-1: the kernel's own). */
export interface Written {
  view: View;
  node: number;
}

/** Element-wise nodes over as many elements, computed together: element `i` of each only needs element `i` of others. */
export class Chain {
  readonly numel: number;
  /** The kernel's operand that it produces or continues; -1 when there is no kernel. */
  readonly operand: number;
  readonly prologue: boolean;
  readonly nodes: MapNode[] = [];
  readonly written: Written[] = [];
  /** The kernel's store that it continues. */
  start: View | null = null;

  constructor(numel: number, operand = -1, prologue = false) {
    this.numel = numel;
    this.operand = operand;
    this.prologue = prologue;
  }

  /** The value that the chain has for a view. */
  find(view: View): Written | null {
    for (let k = this.written.length - 1; k >= 0; k--) {
      const entry = this.written[k]!;
      if (entry.view.memory === view.memory) return aligned(entry.view, view) ? entry : null;
    }
    return null;
  }
}

/** A memory that a group touches. */
export interface Touched {
  readonly memory: Memory;
  /** How often the group's nodes name it. */
  uses: number;
  loaded: boolean;
  written: boolean;
  /** The chain that touches it; null when the kernel itself does, or several do. */
  chain: Chain | null;
}

/** What becomes one dispatch. */
export class Group {
  /** Its place in the order; need not be whole, as groups may be moved between others. */
  index: number;
  /** The place that it must come after. */
  after = -1;
  kernel: KernelNode | null;
  readonly chains: Chain[] = [];
  readonly touched: Touched[] = [];
  words = 1;
  /** It became part of another. */
  gone = false;

  constructor(index: number, kernel: KernelNode | null) {
    this.index = index;
    this.kernel = kernel;
  }

  /** Notes that the group must come after what stands at `index`, if that is not the group itself. */
  follow(index: number): void {
    if (index !== this.index && index > this.after) this.after = index;
  }

  touch(memory: Memory): Touched | null {
    for (const entry of this.touched) if (entry.memory === memory) return entry;
    return null;
  }

  /** Notes that the group names a memory once more. */
  use(memory: Memory, written: boolean, loaded: boolean, chain: Chain | null): void {
    const entry = this.touch(memory);
    if (entry === null) this.touched.push({ memory, uses: 1, loaded, written, chain });
    else {
      entry.uses++;
      entry.written ||= written;
      entry.loaded ||= loaded;
      if (entry.chain !== chain) entry.chain = null;
    }
  }

  /** The chain that a node could be part of, or a new one; null when it cannot be part of the group. */
  accepts(node: MapNode, most: number): Chain | null {
    let chain: Chain | null = null;
    if (this.kernel === null) {
      chain = this.chains[0]!;
      if (chain.numel !== node.out.numel) return null;
    } else {
      chain = this.continued(node);
      if (chain === null) return null;
    }
    if (chain.nodes.length >= MOST_NODES) return null;
    return this.fits(node, chain, most) ? chain : null;
  }

  /** The chain after one of the kernel's stores that the node uses. */
  private continued(node: MapNode): Chain | null {
    for (const input of node.inputs) {
      if (typeof input === "number") continue;
      for (const chain of this.chains) if (!chain.prologue && chain.find(input) !== null) return sized(chain, node);
      const { kernel, views } = this.kernel!;
      for (let k = 0; k < views.length; k++) {
        if (kernel.operands[k]!.access !== "store" || !aligned(views[k]!, input)) continue;
        if (this.chains.some((chain) => chain.operand === k)) continue;
        const chain = new Chain(input.numel, k);
        chain.start = views[k]!;
        chain.written.push({ view: chain.start, node: -1 });
        return sized(chain, node);
      }
    }
    return null;
  }

  private fits(node: MapNode, chain: Chain, most: number): boolean {
    let words = this.words + node.scalars.length;
    const fresh: Memory[] = [];
    for (const input of node.inputs) {
      words += typeof input === "number" ? 1 : 2 + 2 * input.shape.length;
      if (typeof input === "number") continue;
      const entry = this.touch(input.memory);
      if (entry === null) {
        if (!fresh.includes(input.memory)) fresh.push(input.memory);
      } else if (entry.written && chain.find(input) === null) return false;
    }
    words += 2 + 2 * node.out.shape.length;
    if (words > MOST_WORDS) return false;
    const { memory } = node.out;
    const entry = this.touch(memory);
    if (entry !== null) {
      // Element i must have been used by element i alone.
      if (entry.chain !== chain && !(entry.written && chain.find(node.out) !== null && !entry.loaded)) return false;
      if (entry.written && chain.find(node.out) === null) return false;
      if (entry.loaded && !loadsAligned(chain, node.out)) return false;
    }
    for (const input of node.inputs) {
      if (typeof input !== "number" && input.memory === memory && !aligned(input, node.out)) return false;
    }
    if (entry === null && !fresh.includes(memory)) fresh.push(memory);
    return this.bindings(node, fresh) <= most;
  }

  /** Whether a chain can have the nodes of another group before the next one, which uses them. */
  absorbs(parts: readonly MapNode[], next: MapNode, chain: Chain, most: number): boolean {
    if (chain.nodes.length + parts.length >= MOST_NODES) return false;
    const fresh = new Set<Memory>();
    let words = this.words;
    for (const { inputs, out, scalars } of [...parts, next]) {
      words += scalars.length + 2 + 2 * out.shape.length;
      for (const input of inputs) words += typeof input === "number" ? 1 : 2 + 2 * input.shape.length;
    }
    if (words > MOST_WORDS) return false;
    for (const { inputs, out } of parts) {
      if (this.touch(out.memory) !== null) return false;
      fresh.add(out.memory);
      for (const input of inputs) {
        if (typeof input === "number") continue;
        if (input.memory === next.out.memory && !aligned(input, next.out)) return false;
        if (fresh.has(input.memory)) continue;
        const entry = this.touch(input.memory);
        if (entry === null) fresh.add(input.memory);
        else if (entry.written) return false;
      }
    }
    for (const input of next.inputs) {
      if (typeof input === "number") continue;
      if (this.touch(input.memory) === null) fresh.add(input.memory);
      // Each element may only need the same element of what is absorbed.
      for (const { out } of parts) if (out.memory === input.memory && !aligned(out, input)) return false;
    }
    for (const { out } of parts) if (out.memory === next.out.memory && !aligned(out, next.out)) return false;
    if (this.touch(next.out.memory) === null) fresh.add(next.out.memory);
    // An upper bound: memories that only the chain knows are not bound.
    return this.touched.length + fresh.size <= most;
  }

  /** Buffers that the group with the node would bind. */
  private bindings(node: MapNode, fresh: readonly Memory[]): number {
    let count = 0;
    for (const { memory, uses, loaded, chain } of this.touched) {
      if (chain === null || loaded || !memory.dead || memory.uses > uses + usesIn(node, memory)) count++;
    }
    for (const memory of fresh) {
      if (memory !== node.out.memory || !memory.dead || memory.uses > usesIn(node, memory)) count++;
    }
    return count;
  }

  add(node: MapNode, chain: Chain): void {
    if (!this.chains.includes(chain)) {
      // It continues a store, which was the kernel's own until now.
      const { memory } = chain.written[0]!.view;
      const entry = this.touch(memory)!;
      if (entry.uses === 1) entry.chain = chain;
      this.chains.push(chain);
    }
    this.words += node.scalars.length + 2 + 2 * node.out.shape.length;
    for (const input of node.inputs) {
      this.words += typeof input === "number" ? 1 : 2 + 2 * input.shape.length;
      if (typeof input !== "number") this.use(input.memory, false, chain.find(input) === null, chain);
    }
    chain.nodes.push(node);
    const known = chain.written.find(({ view }) => view.memory === node.out.memory);
    if (known === undefined) chain.written.push({ view: node.out, node: chain.nodes.length - 1 });
    else {
      known.view = node.out;
      known.node = chain.nodes.length - 1;
    }
    this.use(node.out.memory, true, false, chain);
  }
}

/** How often a node names a memory. */
function usesIn({ inputs, out }: MapNode, memory: Memory): number {
  let count = out.memory === memory ? 1 : 0;
  for (const input of inputs) if (typeof input !== "number" && input.memory === memory) count++;
  return count;
}

function sized(chain: Chain, node: MapNode): Chain | null {
  return chain.numel === node.out.numel ? chain : null;
}

/** Whether the chain has loaded a memory in one layout only. */
function loadsAligned(chain: Chain, out: View): boolean {
  for (const { inputs } of chain.nodes) {
    for (const input of inputs) {
      if (typeof input !== "number" && input.memory === out.memory && !aligned(input, out)) return false;
    }
  }
  return true;
}
