import type { Memory } from "../memory/memory.ts";
import { Chain, Group } from "./group.ts";
import type { KernelNode, MapNode, Node } from "./node.ts";
import { aligned, type View } from "./view.ts";

/** Nodes of a group that may be computed later, in another. */
const MOST_ABSORBED = 8;

/**
 * Makes dispatches of queued nodes. An element-wise node joins the earliest group that it may follow, so that chains become one
 * dispatch, also through the stores of kernels; what is only made for a kernel's `load` moves into the kernel. Groups that
 * stand in the way are moved to where they are not, or become part of what uses them.
 *
 * @param flush - a number that no other flush has
 * @param most - storage buffers that a dispatch may bind; 0 fuses nothing
 */
export function planGroups(nodes: readonly Node[], flush: number, most: number): Group[] {
  const planner = new Planner(flush, most);
  for (const node of nodes) {
    if (node.kernel === null) planner.map(node);
    else planner.kernel(node);
  }
  return planner.ordered();
}

class Planner {
  private readonly groups: Group[] = [];
  private readonly flush: number;
  private readonly most: number;
  private moved = false;

  constructor(flush: number, most: number) {
    this.flush = flush;
    this.most = most;
  }

  ordered(): Group[] {
    const { groups } = this;
    return this.moved ? groups.sort((a, b) => a.index - b.index) : groups;
  }

  private fresh(memory: Memory): void {
    if (memory.flush === this.flush) return;
    memory.flush = this.flush;
    memory.writer = null;
    memory.reader = -1;
  }

  map(node: MapNode): void {
    const { memory } = node.out;
    this.fresh(memory);
    // What the node must come after: the last writers of its operands, and the readers of what it overwrites.
    let first: Group | null = memory.writer;
    let second: Group | null = null;
    for (const input of node.inputs) {
      if (typeof input === "number") continue;
      this.fresh(input.memory);
      const { writer } = input.memory;
      if (writer === null || writer === first || writer === second) continue;
      if (first === null || writer.index > first.index) {
        second = first;
        first = writer;
      } else if (second === null || writer.index > second.index) second = writer;
    }
    const after = Math.max(first?.index ?? -1, memory.reader);
    const [group, chain] = this.placeOf(node, first, second, after);
    this.absorb(node, group, chain);
    group.follow(memory.reader);
    if (memory.writer !== null) group.follow(memory.writer.index);
    group.add(node, chain);
    for (const input of node.inputs) {
      if (typeof input === "number") continue;
      if (input.memory.writer !== null) group.follow(input.memory.writer.index);
      if (input.memory.reader < group.index) input.memory.reader = group.index;
    }
    memory.writer = group;
  }

  /** The group that the node becomes part of. */
  private placeOf(node: MapNode, first: Group | null, second: Group | null, after: number): [Group, Chain] {
    const { most, groups } = this;
    if (most > 0) {
      for (const group of [first, groups.at(-1)]) {
        if (group === null || group === undefined || group.gone || group.index < after) continue;
        const chain = group.accepts(node, most);
        if (chain !== null) return [group, chain];
      }
      // The last operand may be made before the one that it could be fused with.
      if (first !== null && second !== null && !second.gone && node.out.memory.reader < second.index) {
        const chain = first.after < second.index ? second.accepts(node, most) : null;
        if (chain !== null) {
          this.moveBefore(first, second);
          return [second, chain];
        }
      }
    }
    const group = new Group(groups.length, null);
    const chain = new Chain(node.out.numel);
    group.chains.push(chain);
    groups.push(group);
    return [group, chain];
  }

  private moveBefore(group: Group, next: Group): void {
    let below = group.after;
    for (const { index, gone } of this.groups) if (!gone && index < next.index && index > below) below = index;
    group.index = (below + next.index) / 2;
    this.moved = true;
  }

  /** Groups that only make what the node uses become part of its chain. */
  private absorb(node: MapNode, group: Group, chain: Chain): void {
    if (this.most === 0) return;
    for (const input of node.inputs) {
      if (typeof input === "number") continue;
      const source = input.memory.writer;
      if (source === null || source === group || !this.mayMove(source, group, chain)) continue;
      const parts = source.chains[0]!.nodes;
      if (!group.absorbs(parts, node, chain, this.most)) continue;
      source.gone = true;
      if (source.after > group.after) group.after = source.after;
      for (const part of parts) {
        group.add(part, chain);
        part.out.memory.writer = group;
      }
      for (const { memory, loaded } of source.touched) {
        if (loaded && memory.reader < group.index) memory.reader = group.index;
      }
    }
  }

  /** Whether a group can be computed as late as another. */
  private mayMove(source: Group, group: Group, chain: Chain): boolean {
    if (source.gone || source.kernel !== null || source.index > group.index) return false;
    const only = source.chains[0]!;
    if (only.numel !== chain.numel || only.nodes.length > MOST_ABSORBED) return false;
    for (const { memory, loaded, written } of source.touched) {
      if (written && (loaded || memory.reader > source.index || memory.writer !== source)) return false;
      if (loaded && memory.writer !== null && memory.writer.index > source.index) return false;
    }
    return true;
  }

  kernel(node: KernelNode): void {
    const { kernel, views } = node;
    const group = new Group(this.groups.length, node);
    group.words = kernel.params.length;
    views.forEach((view, k) => {
      this.fresh(view.memory);
      const { access } = kernel.operands[k]!;
      const written = access === "store" || access === "update" || access === "atomic";
      group.use(view.memory, written, access !== "store", null);
      group.words += 2 + 2 * view.shape.length;
    });
    if (this.most > 0) {
      views.forEach((view, k) => {
        if (kernel.operands[k]!.access === "load") this.takeProducer(group, view, k);
      });
    }
    this.groups.push(group);
    for (const { memory, loaded, written } of group.touched) {
      group.after = Math.max(group.after, memory.writer?.index ?? -1, written ? memory.reader : -1);
      if (written) memory.writer = group;
      if (loaded && memory.reader < group.index) memory.reader = group.index;
    }
  }

  /** Moves the chain that makes `view` into the kernel, if nobody else wants any of it. */
  private takeProducer(group: Group, view: View, operand: number): void {
    const { memory } = view;
    const source = memory.writer;
    if (!memory.dead || source === null || source.gone || source.kernel !== null) return;
    const chain = source.chains[0]!;
    const value = chain.find(view);
    if (value === null || !aligned(value.view, view)) return;
    // The kernel must name it once, and everything the chain makes must be needed there alone.
    if (group.touch(memory)!.uses !== 1 || group.words + source.words > 200) return;
    let count = group.touched.length;
    for (const entry of source.touched) {
      const { memory: other, uses, written, loaded } = entry;
      if (written && loaded) return;
      if (written && (!other.dead || other.uses > uses + (other === memory ? 1 : 0))) return;
      if (loaded && other.writer !== null && other.writer.index > source.index) return;
      if (group.touch(other)?.written === true) return;
      if (loaded && group.touch(other) === null) count++;
    }
    if (count - 1 > this.most) return;
    const moved = new Chain(chain.numel, operand, true);
    moved.nodes.push(...chain.nodes);
    moved.written.push(...chain.written);
    // The value that is loaded stands last.
    moved.written.splice(moved.written.indexOf(value), 1);
    moved.written.push(value);
    group.chains.push(moved);
    group.words += source.words;
    group.after = source.after;
    source.gone = true;
    for (const entry of source.touched) {
      const known = group.touch(entry.memory);
      if (known === null) group.touched.push({ ...entry, chain: moved });
      else {
        known.uses += entry.uses;
        known.loaded ||= entry.loaded;
        known.chain = null;
      }
      if (entry.written) entry.memory.writer = null;
    }
  }
}
