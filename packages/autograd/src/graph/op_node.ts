import { is_tensor, type Tensor } from "@tt/core";
import type { Formula, ManagedStorage, Op } from "@tt/core/dispatch";
import { type Gradients, Node } from "./node.ts";
import { checkVersion, freedError } from "./saved.ts";
import { PackedTensor, savedHooks } from "./saved_hooks.ts";

/** What a formula wants kept: an argument, a result, or a property of an argument. */
interface SaveSpec {
  readonly kind: "arg" | "result" | "shape" | "dtype" | "strides" | "offset" | "numel";
  readonly position: number;
}

interface Entry {
  readonly formula: Formula;
  readonly saves: readonly SaveSpec[];
  /** Argument positions this formula gives gradients for. */
  readonly positions: readonly number[];
  readonly joint: boolean;
}

/** How an op's gradient is computed, read from its record once. */
export interface Plan {
  readonly op: Op;
  readonly entries: readonly Entry[];
  /** Differentiable argument positions in schema order. */
  readonly positions: readonly number[];
  /** Whether some of them hold lists of tensors. */
  readonly lists: boolean;
}

const plans: (Plan | undefined)[] = [];

/** The plan of an op that has a derivative. */
export function planOf(op: Op): Plan {
  return (plans[op.id] ??= makePlan(op));
}

function makePlan(op: Op): Plan {
  const entries = Object.entries(op.record.derivative!).map(([key, spec]): Entry => {
    const names = key.split(",").map((name) => name.trim());
    const [formula, ...saves] = typeof spec === "function" ? [spec] : spec;
    return {
      formula,
      saves: saves.map((name) => saveSpec(op, name)),
      positions: names.map((name) => op.position(name)),
      joint: names.length > 1,
    };
  });
  const positions = entries.flatMap((e) => e.positions).sort((a, b) => a - b);
  return { op, entries, positions, lists: positions.some((p) => op.schema.params[p]!.list) };
}

function saveSpec(op: Op, name: string): SaveSpec {
  const dot = name.indexOf(".");
  if (dot > 0) {
    return { kind: name.slice(dot + 1) as SaveSpec["kind"], position: op.position(name.slice(0, dot)) };
  }
  const result = op.schema.returns.findIndex((r) => r.name === name);
  if (result >= 0) return { kind: "result", position: result };
  return { kind: "arg", position: op.position(name) };
}

/** The node of an op with a derivative in its record. */
export class OpNode extends Node {
  private readonly plan: Plan;
  private readonly label: string;
  /** Saved values, entry after entry; null once released. */
  private saved: unknown[] | null = null;
  private versions: number[] | null = null;
  private savesTensors = false;
  /** Differentiable outputs by position among all outputs, when there are several. */
  outputs = 1;
  /** For list arguments: how many edges each differentiable argument has. */
  counts: number[] | null = null;

  constructor(plan: Plan, args: readonly unknown[]) {
    super();
    this.plan = plan;
    this.label = plan.op.gradName(args);
  }

  /** PyTorch subtracts from a number with an overload of its own, whose node has an edge to the tensor only. */
  override get next_functions(): (readonly [Node | null, number])[] {
    const edges = super.next_functions;
    return this.label === "RsubBackward1" ? edges.filter(([node]) => node !== null) : edges;
  }

  override name(): string {
    return this.label;
  }

  override get held(): readonly unknown[] {
    return (this.saved ?? []).flatMap((value) => (value instanceof SavedList ? value.values : [value]));
  }

  override get pure(): boolean {
    return true;
  }

  /**
   * Keeps what the formulas of edges that need a gradient ask for.
   * @param overwritten - for in-place ops: whose memory was written to, and its version before that
   */
  save(args: readonly unknown[], results: unknown, overwritten?: { memory: object; version: number }): void {
    const saved: unknown[] = [];
    const versions: number[] = [];
    for (const entry of this.plan.entries) {
      const wanted = this.entryNeeded(entry);
      for (const spec of entry.saves) {
        const value = wanted ? fetch(spec, args, results) : null;
        saved.push(value);
        if (savedHooks.current !== null && this.packs(saved, spec)) versions.push(0);
        else if (is_tensor(value)) {
          this.savesTensors = true;
          noteSaved(value);
          const old = spec.kind === "arg" && value.versionCell === overwritten?.memory;
          versions.push(old ? overwritten.version : value._version);
        } else if (Array.isArray(value) && value.some(is_tensor)) {
          this.savesTensors = true;
          versions.push(0);
          // Lists are kept as they are; the elements' versions are checked one by one.
          saved[saved.length - 1] = new SavedList(value as unknown[]);
        } else versions.push(0);
      }
    }
    if (saved.length > 0) {
      this.saved = saved;
      this.versions = versions;
    }
  }

  /** Hands what was just saved to the user's hooks, if it is made of tensors. */
  private packs(saved: unknown[], spec: SaveSpec): boolean {
    const hooks = savedHooks.current!;
    const value = saved.pop();
    const pack = (item: unknown): unknown => {
      if (!is_tensor(item)) return item;
      this.savesTensors = true;
      // Users' code may keep it: it is never given back by hand.
      noteSaved(item);
      const own = { node: this, outputNr: this.outputs === 1 ? 0 : spec.position };
      return new PackedTensor(item, hooks, spec.kind === "result" ? own : null);
    };
    const list = Array.isArray(value) && value.some(is_tensor);
    saved.push(list ? (value as unknown[]).map(pack) : pack(value));
    return list || is_tensor(value);
  }

  override release(results: Gradients = []): void {
    if (!this.savesTensors || this.saved === null) return;
    for (const value of this.saved) {
      if (is_tensor(value)) forgetSaved(value, results);
      else if (value instanceof SavedList) for (const item of value.values) forgetSaved(item, results);
    }
    this.saved = null;
  }

  private entryNeeded(entry: Entry): boolean {
    for (const position of entry.positions) {
      const [from, to] = this.edgeRange(position);
      for (let i = from; i < to; i++) if (this.next[i] !== null) return true;
    }
    return false;
  }

  /** Edges [from, to) of the argument at `position`. */
  private edgeRange(position: number): [number, number] {
    const index = this.plan.positions.indexOf(position);
    if (this.counts === null) return [index, index + 1];
    let from = 0;
    for (let i = 0; i < index; i++) from += this.counts[i]!;
    return [from, from + this.counts[index]!];
  }

  override apply(grads: Gradients): Gradients {
    const { plan } = this;
    if (this.savesTensors && this.saved === null) throw freedError();
    const out = new Array<Tensor | null>(this.next.length).fill(null);
    const g = this.outputs === 1 ? (grads[0] ?? null) : grads;
    if (g === null || (Array.isArray(g) && g.every((x) => x === null || x === undefined))) return out;
    let at = 0;
    for (const entry of plan.entries) {
      const { saves, positions } = entry;
      const start = at;
      at += saves.length;
      if (!this.entryNeeded(entry)) continue;
      const values = saves.length === 0 ? NOTHING : this.unpack(start, saves);
      if (entry.joint) {
        const needs = positions.map((position) => this.next[this.edgeRange(position)[0]] != null);
        const results = entry.formula(g, needs, ...values) as readonly (Tensor | null | undefined)[];
        positions.forEach((position, i) => (out[this.edgeRange(position)[0]] = results[i] ?? null));
        continue;
      }
      const [from, to] = this.edgeRange(positions[0]!);
      const result = entry.formula(g, ...values);
      if (Array.isArray(result))
        for (let i = from; i < to; i++) out[i] = (result[i - from] as Tensor | null | undefined) ?? null;
      else out[from] = (result as Tensor | null | undefined) ?? null;
    }
    return out;
  }

  private unpack(start: number, saves: readonly SaveSpec[]): unknown[] {
    const values = new Array<unknown>(saves.length);
    for (let i = 0; i < saves.length; i++) {
      const value = this.saved![start + i];
      // A saved result is this node's, whatever in-place ops made of its history since.
      if (is_tensor(value)) checkVersion(value, this.versions![start + i]!, saves[i]!.kind === "result" ? this : null);
      values[i] = value instanceof SavedList ? value.unpack() : unpacked(value);
    }
    return values;
  }
}

const NOTHING: unknown[] = [];

/** What the user's hooks give back for what they were given. */
function unpacked(value: unknown): unknown {
  if (value instanceof PackedTensor) return value.unpack();
  return Array.isArray(value) && value.some((item) => item instanceof PackedTensor) ? value.map(unpacked) : value;
}

function noteSaved(tensor: Tensor): void {
  const { storage } = tensor;
  if (storage.managed) (storage as ManagedStorage).saves++;
}

/** Memory that only graphs can reach goes with the last of them, unless a gradient came out on it. */
function forgetSaved(tensor: unknown, results: Gradients): void {
  if (!is_tensor(tensor) || !tensor.storage.managed) return;
  const storage = tensor.storage as ManagedStorage;
  if (results.some((result) => result?.storage === storage)) storage.private = false;
  storage.unsave();
}

class SavedList {
  readonly values: unknown[];
  private readonly versions: number[];

  constructor(values: unknown[]) {
    this.values = [...values];
    for (const value of values) if (is_tensor(value)) noteSaved(value);
    this.versions = values.map((v) => (is_tensor(v) ? v._version : 0));
  }

  unpack(): unknown[] {
    this.values.forEach((v, i) => is_tensor(v) && checkVersion(v, this.versions[i]!));
    return this.values;
  }
}

function fetch(spec: SaveSpec, args: readonly unknown[], results: unknown): unknown {
  if (spec.kind === "result") return Array.isArray(results) ? (results as unknown[])[spec.position] : results;
  const arg = args[spec.position];
  if (spec.kind === "arg") return arg;
  if (!is_tensor(arg)) {
    if (Array.isArray(arg)) return arg.map((a) => property(a as Tensor, spec.kind));
    return spec.kind === "shape" ? [] : null;
  }
  return property(arg, spec.kind);
}

function property(tensor: Tensor, kind: SaveSpec["kind"]): unknown {
  switch (kind) {
    case "shape":
      return tensor.shape;
    case "dtype":
      return tensor.dtype;
    case "strides":
      return tensor.strides;
    case "offset":
      return tensor.offset;
    default:
      return tensor.numel();
  }
}
