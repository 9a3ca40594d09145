import {
  bool,
  type Device,
  type DType,
  float32,
  int32,
  int64,
  type Kernels,
  RuntimeError,
  type Scalar,
  type Storage,
  Tensor,
} from "@tt/core";
import { makeCollector, parseExpr, type Program } from "@tt/core/dispatch";
import { formOf } from "./codegen/form.ts";
import type { Link } from "./device/link.ts";

import { GpuStorage, Memory } from "./memory/memory.ts";
import { Queue } from "./queue/queue.ts";
import { aligned, contiguousStrides, numelOf, type View, viewOf, wholeView } from "./queue/view.ts";
import type { Kernel, Operand, Plan } from "./wgsl/kernel.ts";

const SAME: Program = parseExpr("a");
/** Bytes made since the collector last ran, from which on it is asked to. */
const COLLECT_AFTER = 64 * 1024 * 1024;

/** What kernels work with. */
export class Engine {
  readonly queue: Queue;
  /** Kernels of the cpu backend. */
  readonly host: Kernels;
  private readonly registry: FinalizationRegistry<Memory>;
  private readonly collect: (() => void) | null;
  private collectAt = COLLECT_AFTER;

  constructor(link: Link, host: Kernels) {
    this.host = host;
    const collector = makeCollector();
    this.registry = new collector.Registry<Memory>((memory) => this.queue.release(memory));
    const { collect } = collector;
    this.collect = collect === null ? null : () => collect(this.registry);
    this.queue = new Queue(link, () => this.relieve());
  }

  allocate(device: Device, dtype: DType, numel: number): Storage {
    const memory = new Memory(formOf(dtype), numel);
    const storage = new GpuStorage(device, this, memory, numel * dtype.itemsize);
    this.registry.register(storage, memory, storage);
    return storage;
  }

  reclaim(memory: Memory): void {
    this.queue.release(memory);
  }

  exchange(storage: GpuStorage, donor: Storage): void {
    this.registry.unregister(storage);
    this.registry.unregister(donor);
    this.queue.release(storage.memory);
    this.registry.register(storage, donor.handle as Memory, storage);
  }

  /** Has the collector find dead storages, where much was made since it last did. */
  private relieve(): void {
    const { pool } = this.queue;
    if (this.collect === null || pool.reserved < this.collectAt) return;
    this.collect();
    this.collectAt = Math.max(COLLECT_AFTER, pool.used * 1.5, pool.reserved + COLLECT_AFTER / 4);
  }

  /** Queues an element-wise program. */
  map(
    program: Program,
    compute: DType,
    out: Tensor | View,
    inputs: readonly (Tensor | View | Scalar)[],
    scalars: readonly Scalar[],
  ): void {
    const target = out instanceof Tensor ? viewOf(out) : out;
    if (target.numel === 0) return;
    const temporaries: Memory[] = [];
    const views = inputs.slice(0, program.operands).map((input): View | number => {
      if (typeof input !== "object" || "re" in input) return this.number(input, compute);
      const view = expandTo(input instanceof Tensor ? viewOf(input) : input, target.shape);
      if (view.memory !== target.memory || aligned(view, target)) return view;
      // What is written must not be read through another layout in the same dispatch.
      const copy = this.temporary(view.form.dtype, view.shape);
      temporaries.push(copy.memory);
      this.queue.add({ kernel: null, program: SAME, compute: view.form.dtype, out: copy, inputs: [view], scalars: [] });
      return copy;
    });
    const numbers = scalars.map((scalar) => this.number(scalar, compute));
    this.queue.add({ kernel: null, program, compute, out: target, inputs: views, scalars: numbers });
    for (const memory of temporaries) this.queue.release(memory);
  }

  private number(value: Scalar, compute: DType): number {
    if (typeof value === "object") throw new RuntimeError('gpu: complex numbers are not supported on device "gpu"');
    const number = Number(value);
    // The ends of int64, with which masked elements are filled, become those of what stands for it.
    if (compute === int64 && Math.abs(number) === 2 ** 63) return number < 0 ? -2147483648 : 2147483647;
    if (compute.category === 1 && !(number >= -2147483648 && number <= 4294967295)) {
      throw new RuntimeError(
        `gpu: ${String(value)} does not fit into 32 bits, which is what integers have on device "gpu"`,
      );
    }
    return number;
  }

  /** Copies elements, converting them; shapes must broadcast. */
  copy(out: Tensor | View, from: Tensor | View): void {
    const dtype = from instanceof Tensor ? from.dtype : from.form.dtype;
    this.map(SAME, dtype, out, [from], []);
  }

  /** A contiguous view of memory that nobody else knows; to be released once it has been named by what uses it. */
  temporary(dtype: DType, shape: readonly number[]): View {
    const memory = new Memory(formOf(dtype), numelOf(shape));
    return wholeView(memory, shape, contiguousStrides(shape));
  }

  /**
   * Queues a template's kernels. `operands` are the tensors that its operands name; what a kernel must have contiguous or as
   * words of 32 bits is copied before, and back if it is written.
   */
  run(plan: Plan | Kernel, operands: Readonly<Record<string, Tensor | View>>): void {
    const { kernels, scratch = [] }: Plan = "kernels" in plan ? plan : { kernels: [plan] };
    const views = new Map<string, View>();
    const temporaries: Memory[] = [];
    for (const { name, type, length } of scratch) {
      const view = this.temporary(dtypeOf(type), [length]);
      temporaries.push(view.memory);
      views.set(name, view);
    }
    for (const kernel of kernels) {
      const back: [View, View][] = [];
      const written = kernel.operands.filter(writes).map(({ name }) => this.named(views, operands, name).memory);
      const used = kernel.operands.map((operand) => {
        const view = this.named(views, operands, operand.name);
        if (!this.mustCopy(operand, view, written)) return view;
        const copy = this.temporary(
          operand.access === "load" || operand.access === "store" ? view.form.dtype : plainDtype(view, operand),
          view.shape,
        );
        temporaries.push(copy.memory);
        if (operand.access !== "store") this.copy(copy, view);
        if (writes(operand)) back.push([view, copy]);
        return copy;
      });
      this.queue.add({ kernel, views: used });
      for (const [view, copy] of back) this.copy(view, copy);
    }
    for (const memory of temporaries) this.queue.release(memory);
  }

  private named(views: Map<string, View>, operands: Readonly<Record<string, Tensor | View>>, name: string): View {
    let view = views.get(name);
    if (view === undefined) {
      const given = operands[name];
      if (given === undefined) throw new RuntimeError(`operand ${name} was not given`);
      view = given instanceof Tensor ? viewOf(given) : given;
      views.set(name, view);
    }
    return view;
  }

  private mustCopy(operand: Operand, view: View, written: readonly Memory[]): boolean {
    const { access } = operand;
    if (!writes(operand) && written.includes(view.memory)) return true;
    if (access === "load" || access === "store") return false;
    if (!view.dense || view.offset !== 0 || view.form.bytes === 2) return true;
    return view.form.value === "f32" ? operand.type !== "f32" : operand.type === "f32";
  }
}

function writes({ access }: Operand): boolean {
  return access === "store" || access === "update" || access === "atomic";
}

const PLAIN: Readonly<Record<Operand["type"], DType>> = { f32: float32, i32: int32, u32: bool };

function dtypeOf(type: Operand["type"]): DType {
  return PLAIN[type];
}

function plainDtype(view: View, { type }: Operand): DType {
  return type === "f32" || view.form.bytes === 2 ? PLAIN.f32 : view.form.dtype;
}

/** The view as an operand of that shape. */
export function expandTo(view: View, shape: readonly number[]): View {
  const { shape: own } = view;
  if (own === shape) return view;
  const lead = shape.length - own.length;
  let same = lead === 0;
  for (let d = 0; same && d < shape.length; d++) same = own[d] === shape[d];
  if (same) return view;
  const strides = shape.map((size, d) => (d < lead || own[d - lead] !== size ? 0 : view.strides[d - lead]!));
  return { ...view, shape, strides, numel: numelOf(shape), dense: false };
}
