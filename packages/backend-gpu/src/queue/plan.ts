import type { Memory } from "../memory/memory.ts";
import { Chain, Group } from "./group.ts";
import type { KernelNode, MapNode, Node } from "./node.ts";
import { aligned, type View } from "./view.ts";

/**
 * Makes dispatches of queued nodes. An element-wise node joins the earliest group that it may follow, so that chains become one
 * dispatch, also through the stores of kernels; what is only made for a kernel's `load` moves into the kernel.
 *
 * @param flush - a number that no other flush has
 * @param most - storage buffers that a dispatch may bind
 */
export function planGroups(nodes: readonly Node[], flush: number, most: number): Group[] {
  const groups: Group[] = [];
  for (const node of nodes) {
    if (node.kernel === null) placeMap(groups, node, flush, most);
    else placeKernel(groups, node, flush, most);
  }
  return groups;
}

function fresh(memory: Memory, flush: number): void {
  if (memory.flush === flush) return;
  memory.flush = flush;
  memory.writer = -1;
  memory.reader = -1;
}

function placeMap(groups: Group[], node: MapNode, flush: number, most: number): void {
  const { memory } = node.out;
  fresh(memory, flush);
  let after = Math.max(memory.writer, memory.reader);
  for (const input of node.inputs) {
    if (typeof input === "number") continue;
    fresh(input.memory, flush);
    if (input.memory.writer > after) after = input.memory.writer;
  }
  const last = groups.length - 1;
  let group: Group | null = null;
  let chain: Chain | null = null;
  for (let at = after; at >= 0 && chain === null; at = at < last ? last : -1) {
    group = groups[at]!;
    if (!group.gone) chain = group.accepts(node, most);
  }
  if (chain === null && after < 0 && last >= 0 && !groups[last]!.gone) {
    group = groups[last]!;
    chain = group.accepts(node, most);
  }
  if (chain === null) {
    group = new Group(groups.length, null);
    chain = new Chain(node.out.numel);
    group.chains.push(chain);
    groups.push(group);
  }
  group!.add(node, chain);
  const { index } = group!;
  for (const input of node.inputs) {
    if (typeof input !== "number" && input.memory.reader < index) input.memory.reader = index;
  }
  memory.writer = index;
}

function placeKernel(groups: Group[], node: KernelNode, flush: number, most: number): void {
  const { kernel, views } = node;
  const index = groups.length;
  const group = new Group(index, node);
  group.words = kernel.params.length;
  views.forEach((view, k) => {
    fresh(view.memory, flush);
    const { access } = kernel.operands[k]!;
    const written = access === "store" || access === "update" || access === "atomic";
    group.use(view.memory, written, access !== "store", null);
    group.words += 2 + 2 * view.shape.length;
  });
  views.forEach((view, k) => {
    if (kernel.operands[k]!.access === "load") takeProducer(groups, group, view, k, most);
  });
  groups.push(group);
  for (const { memory, loaded, written } of group.touched) {
    if (written) memory.writer = index;
    if (loaded && memory.reader < index) memory.reader = index;
  }
}

/** Moves the chain that makes `view` into the kernel, if nobody else wants any of it. */
function takeProducer(groups: Group[], group: Group, view: View, operand: number, most: number): void {
  const { memory } = view;
  if (!memory.dead || memory.writer < 0) return;
  const source = groups[memory.writer]!;
  if (source.gone || source.kernel !== null) return;
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
    if (loaded && other.writer > source.index) return;
    if (group.touch(other)?.written === true) return;
    if (loaded && group.touch(other) === null) count++;
  }
  if (count - 1 > most) return;
  const moved = new Chain(chain.numel, operand, true);
  moved.nodes.push(...chain.nodes);
  moved.written.push(...chain.written);
  // The value that is loaded stands last.
  moved.written.splice(moved.written.indexOf(value), 1);
  moved.written.push(value);
  group.chains.push(moved);
  group.words += source.words;
  source.gone = true;
  for (const entry of source.touched) {
    const known = group.touch(entry.memory);
    if (known === null) group.touched.push({ ...entry, chain: moved });
    else {
      known.uses += entry.uses;
      known.loaded ||= entry.loaded;
      known.chain = null;
    }
    if (entry.written) entry.memory.writer = -1;
  }
}
