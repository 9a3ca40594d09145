import { RuntimeError, type Tensor } from "@tt/core";
import { modes } from "@tt/core/dispatch";
import { AccumulateGrad } from "./accumulate.ts";
import { describeOrigin, is_anomaly_check_nan_enabled, is_anomaly_enabled } from "./anomaly.ts";
import { InFlight } from "./in_flight.ts";
import type { GradMeta, Gradients, Node } from "./node.ts";
import { OpNode } from "./op_node.ts";

/** A place in the graph whose incoming gradient is asked for. */
export interface Capture {
  readonly node: Node;
  readonly index: number;
}

export interface RunOptions {
  readonly keepGraph: boolean;
  readonly createGraph: boolean;
  /** Gradients to give back instead of accumulating; null accumulates in all leaves. */
  readonly captures: readonly Capture[] | null;
  /** Leaves that accumulate although `captures` is given (`backward(inputs)`). */
  readonly accumulate: ReadonlySet<Node> | null;
}

interface Pending {
  /** Nodes still to run before this one. */
  dependencies: number;
  grads: Gradients;
  /** Leads to something that is asked for. */
  needed: boolean;
}

/** Latest recorded node first; accumulators, whose number is infinite, before all. */
class ReadyQueue {
  private readonly heap: Node[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(node: Node): void {
    const { heap } = this;
    let i = heap.length;
    heap.push(node);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.sequenceNr >= node.sequenceNr) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = node;
  }

  pop(): Node {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && heap[child + 1]!.sequenceNr > heap[child]!.sequenceNr) child++;
        if (heap[child]!.sequenceNr <= last.sequenceNr) break;
        heap[i] = heap[child]!;
        i = child;
      }
      heap[i] = last;
    }
    return top;
  }
}

/** Every reachable node with the number of edges that lead to it. */
function countDependencies(roots: readonly Node[]): Map<Node, Pending> {
  const pending = new Map<Node, Pending>();
  const stack: Node[] = [];
  const see = (node: Node): Pending => {
    let entry = pending.get(node);
    if (entry === undefined) {
      pending.set(node, (entry = { dependencies: 0, grads: [], needed: true }));
      stack.push(node);
    }
    return entry;
  };
  for (const root of roots) see(root);
  while (stack.length > 0) {
    const { next } = stack.pop()!;
    for (let i = 0; i < next.length; i++) {
      const to = next[i]!;
      if (to !== null) see(to).dependencies++;
    }
  }
  return pending;
}

/** Marks the nodes from which a target can be reached, children first, without recursion. */
function markNeeded(roots: readonly Node[], pending: Map<Node, Pending>, targets: ReadonlySet<Node>): void {
  for (const entry of pending.values()) entry.needed = false;
  const done = new Set<Node>();
  const stack: { node: Node; at: number }[] = [];
  for (const root of roots) {
    if (!done.has(root)) stack.push({ node: root, at: 0 });
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const { node } = frame;
      if (frame.at < node.next.length) {
        const to = node.next[frame.at++] ?? null;
        if (to !== null && !done.has(to)) stack.push({ node: to, at: 0 });
        continue;
      }
      stack.pop();
      if (done.has(node)) continue;
      done.add(node);
      pending.get(node)!.needed = targets.has(node) || node.next.some((to) => to !== null && pending.get(to)!.needed);
    }
  }
}

/** Runs the graph backwards from `roots`; gives the captured gradients. */
export function runBackward(roots: readonly Capture[], rootGrads: Gradients, options: RunOptions): Gradients {
  const { captures, createGraph } = options;
  const rootNodes = [...new Set(roots.map((r) => r.node))];
  const pending = countDependencies(rootNodes);
  if (captures !== null) {
    markNeeded(rootNodes, pending, new Set([...captures.map((c) => c.node), ...(options.accumulate ?? [])]));
  }
  const captured: Gradients = captures === null ? [] : captures.map(() => null);
  // Memory that more than one place holds: such gradients are never written to or kept uncopied.
  const shared = new Set<object>();
  const owned = new Set<Tensor>();
  const queue = new ReadyQueue();

  const deliver = (node: Node, index: number, grad: Tensor): void => {
    const entry = pending.get(node)!;
    const { grads } = entry;
    while (grads.length <= index) grads.push(null);
    const present = grads[index]!;
    if (present === null) {
      grads[index] = grad;
      flight?.hold(grad);
    } else if (inPlace && owned.has(present) && !shared.has(present.storage)) present.add_(grad);
    else {
      const sum = flight === null ? present.add(grad) : flight.within(() => present.add(grad));
      owned.add(sum);
      grads[index] = sum;
      flight?.hold(sum);
      flight?.drop(present);
    }
  };

  const current = modes();
  const before = current.gradEnabled;
  // Under a layer such as vmap, sums may be larger than what is there.
  const inPlace = !createGraph && current.layers.length === 0;
  // What is recorded or looked at by a layer may be kept by it.
  const flight = inPlace ? new InFlight() : null;
  current.gradEnabled = createGraph;
  try {
    roots.forEach((root, i) => {
      const grad = rootGrads[i] ?? null;
      if (grad === null) return;
      shared.add(grad.storage);
      deliver(root.node, root.index, grad);
    });
    for (const node of rootNodes) if (pending.get(node)!.dependencies === 0) queue.push(node);
    while (queue.size > 0) {
      const node = queue.pop();
      const entry = pending.get(node)!;
      if (entry.needed) {
        step(node, entry);
        flight?.sweep();
      }
      for (let i = 0; i < node.next.length; i++) {
        const to = node.next[i]!;
        if (to !== null && --pending.get(to)!.dependencies === 0) queue.push(to);
      }
      entry.grads = [];
    }
  } finally {
    current.gradEnabled = before;
  }
  return captured;

  function step(node: Node, entry: Pending): void {
    let { grads } = entry;
    const width = Math.max(node.inputs, 1);
    while (grads.length < width) grads.push(null);
    if (grads.every((g) => g === null)) return;
    if (node.hasHooks) {
      for (const grad of grads) if (grad !== null) shared.add(grad.storage);
      flight?.give(grads);
      grads = node.beforeApply(grads);
    }
    let wanted = false;
    captures?.forEach((capture, i) => {
      if (capture.node !== node) return;
      wanted = true;
      const grad = grads[capture.index] ?? null;
      captured[i] = grad;
      if (grad === null) return;
      shared.add(grad.storage);
      flight?.give([grad]);
    });
    if (node instanceof AccumulateGrad) {
      const grad = grads[0]!;
      if (captures === null || options.accumulate?.has(node) === true) {
        node.mayKeep = grad !== null && !shared.has(grad.storage);
        node.apply(grads);
      }
      if (grad === null || flight === null) return;
      if (node.keeps(grad)) flight.give(grads);
      else flight.drop(grad);
      return;
    }
    if (wanted && !leadsOn(node)) return;
    const own = flight !== null && node.pure ? flight : null;
    if (own === null) flight?.give(grads);
    let results = own === null ? runNode(node, grads) : own.within(() => runNode(node, grads));
    if (!options.keepGraph) node.release(results);
    if (node.hasHooks) {
      flight?.give(results);
      results = node.afterApply(results, grads);
    }
    if (own === null) validate(node, results);
    else own.within(() => validate(node, results));
    noteSharing(node, results);
    for (let i = 0; i < results.length; i++) {
      const to = node.next[i] ?? null;
      const result = results[i] ?? null;
      if (to !== null && result !== null && pending.get(to)!.needed) deliver(to, node.nextIndex[i]!, result);
    }
    if (own !== null) for (const grad of grads) if (grad !== null) own.drop(grad);
  }

  /** Whether anything that is asked for lies behind this node. */
  function leadsOn(node: Node): boolean {
    return node.next.some((to) => to !== null && pending.get(to)!.needed);
  }

  function noteSharing(node: Node, results: Gradients): void {
    const trusted = node instanceof OpNode;
    for (let i = 0; i < results.length; i++) {
      const result = results[i] ?? null;
      if (result === null) continue;
      if (!trusted) shared.add(result.storage);
      else for (let j = 0; j < i; j++) if (results[j]?.storage === result.storage) shared.add(result.storage);
    }
  }
}

function runNode(node: Node, grads: Gradients): Gradients {
  if (!is_anomaly_enabled()) return node.apply(grads);
  let results: Gradients;
  try {
    results = node.apply(grads);
  } catch (error) {
    if (error instanceof Error) error.message = `${error.message}\n${describeOrigin(node)}`;
    throw error;
  }
  if (is_anomaly_check_nan_enabled()) {
    results.forEach((result, i) => {
      if (result !== null && result.isnan().any().item()) {
        throw new RuntimeError(
          `Function '${node.name()}' returned nan values in its ${i}th output.\n${describeOrigin(node)}`,
        );
      }
    });
  }
  return results;
}

/** Brings every gradient to the shape, dtype and device of what it belongs to. */
function validate(node: Node, results: Gradients): void {
  if (results.length > node.next.length && results.slice(node.next.length).some((r) => r !== null && r !== undefined)) {
    throw new RuntimeError(
      `Function ${node.name()} returned an incorrect number of gradients (expected ${node.next.length}, got ${results.length})`,
    );
  }
  for (let i = 0; i < node.next.length; i++) {
    const to = node.next[i]!;
    const result = results[i];
    if (to === null || result === null || result === undefined) continue;
    const meta = to.metaAt(node.nextIndex[i]!);
    if (meta !== null) results[i] = conform(node, i, result, meta);
  }
}

function conform(node: Node, index: number, grad: Tensor, meta: GradMeta): Tensor {
  let out = grad;
  const { shape } = meta;
  if (out.shape !== shape && !(out.shape.length === shape.length && out.shape.every((s, i) => s === shape[i]))) {
    const lead = out.shape.length - shape.length;
    const expandable = lead >= 0 && shape.every((s, i) => s === 1 || s === out.shape[i + lead]);
    if (!expandable) {
      throw new RuntimeError(
        `Function ${node.name()} returned an invalid gradient at index ${index} - got [${grad.shape.join(", ")}] but expected shape compatible with [${shape.join(", ")}]`,
      );
    }
    out = sumTo(out, shape);
  }
  if (out.dtype !== meta.dtype) {
    if (out.dtype.is_complex && !meta.dtype.is_complex) out = out.real;
    if (out.dtype !== meta.dtype) out = out.to(meta.dtype);
  }
  if (out.device !== meta.device) out = out.to(meta.device);
  return out;
}

/** Sums broadcast dimensions away. */
export function sumTo(tensor: Tensor, shape: readonly number[]): Tensor {
  const lead = tensor.shape.length - shape.length;
  const dims: number[] = [];
  for (let i = 0; i < tensor.shape.length; i++) {
    if (i < lead || (shape[i - lead] === 1 && tensor.shape[i] !== 1)) dims.push(i);
  }
  if (dims.length === 0) return tensor;
  const out = tensor.sum(dims, true);
  return lead > 0 ? out.view(shape) : out;
}
