import { bool, type DType, float32, int32, type Scalar, Tensor } from "@tt/core";
import type { Engine } from "../engine.ts";
import { product } from "../kernels/views.ts";
import type { Place } from "../memory/heap.ts";
import {
  loadTfjs,
  startBackend,
  type TfBackend,
  type TfDtype,
  type TfInfo,
  type Tfjs,
  type TfKernel,
} from "./modules.ts";

/** Bytes left to TF.js's own allocations, so that its memory does not have to grow at once. */
const SPARE = 64 * 1024 * 1024;
const ALIGNMENT = 64;

const DTYPES: ReadonlyMap<DType, TfDtype> = new Map<DType, TfDtype>([
  [float32, "float32"],
  [int32, "int32"],
  [bool, "bool"],
]);

/** TF.js's name of a dtype that it has. */
export function tfDtypeOf(dtype: DType): TfDtype | null {
  return DTYPES.get(dtype) ?? null;
}

/** A dense tensor, perhaps seen with another shape, or a number. */
export type Operand = Tensor | readonly [Tensor, readonly number[]] | Constant;

export interface Constant {
  readonly value: Scalar;
  readonly dtype: DType;
}

/** What is between our tensors and TF.js's kernels: both compute in TF.js's memory, where our heap has a place. */
export class Bridge {
  readonly tfjs: Tfjs;
  readonly backend: TfBackend;
  readonly place: Place;
  /** What TF.js looks at of our memory, by its id, and what to do when it no longer does. */
  private readonly lent = new WeakMap<object, () => void>();
  private readonly kernels = new Map<string, TfKernel | null>();
  /** The result of the kernel under way, until it has asked for memory for it. */
  private wanted: TfInfo | null = null;
  private readonly facade: TfBackend;

  /** @param bytes - of the heap */
  static async open(given: object | undefined, bytes: number): Promise<Bridge> {
    const tfjs = await loadTfjs(given);
    const { backend, memory } = await startBackend(tfjs);
    const spare = backend.wasm._malloc(SPARE);
    const at = backend.wasm._malloc(bytes + ALIGNMENT) >>> 0;
    backend.wasm._free(spare);
    if (at === 0) throw new RangeError(`TF.js's memory has no room for a heap of ${bytes} bytes`);
    return new Bridge(tfjs, backend, { memory, start: Math.ceil(at / ALIGNMENT) * ALIGNMENT, bytes });
  }

  private constructor(tfjs: Tfjs, backend: TfBackend, place: Place) {
    this.tfjs = tfjs;
    this.backend = backend;
    this.place = place;
    const { lent } = this;
    const disposeData = backend.disposeData.bind(backend);
    // TF.js frees the memory of a tensor it disposes of; ours is not from its allocator.
    backend.disposeData = (dataId, force) => {
      const end = lent.get(dataId);
      if (end === undefined) return disposeData(dataId, force);
      if (--backend.dataIdMap.get(dataId).refCount > 0 && force !== true) return false;
      this.forget(dataId);
      end();
      return true;
    };
    this.facade = Object.create(backend, {
      makeOutput: {
        value: (shape: readonly number[], dtype: string, memoryOffset?: number | null, values?: unknown): TfInfo => {
          const { wanted } = this;
          const size = product(shape);
          if (wanted?.dtype !== dtype || product(wanted.shape) !== size || memoryOffset != null || values != null)
            return backend.makeOutput(shape, dtype, memoryOffset, values);
          // What kernels make before their result may have its size too: then the result is copied.
          this.wanted = null;
          return { dataId: wanted.dataId, shape, dtype };
        },
      },
    }) as TfBackend;
  }

  /**
   * Runs TF.js's kernel into `out`, which is dense, as are all tensors among the inputs. False where an operand has no place in
   * the heap.
   *
   * @param shape - of the result as TF.js sees it
   */
  run(
    engine: Engine,
    name: string,
    out: Tensor,
    inputs: Readonly<Record<string, Operand>>,
    attrs: object = {},
    shape: readonly number[] = out.shape,
  ): boolean {
    const { operands, heap } = engine;
    const kernel = this.kernel(name);
    if (kernel === null) return false;
    operands.begin();
    const to = operands.output(out);
    if (to < 0) return false;
    const made: TfInfo[] = [];
    const infos: Record<string, TfInfo> = {};
    try {
      for (const key in inputs) {
        const operand = inputs[key]!;
        const [what, seen] = isPair(operand) ? operand : [operand, operand instanceof Tensor ? operand.shape : []];
        const at = what instanceof Tensor ? operands.input(what) : stage(engine, what);
        if (at < 0) return false;
        made.push((infos[key] = this.info(at, seen, what.dtype)));
      }
      const result = this.info(to, shape, out.dtype);
      made.push((this.wanted = result));
      const found = kernel({ inputs: infos, attrs, backend: this.facade }) as TfInfo;
      heap.renew();
      if (product(found.shape) !== out.numel())
        throw new Error(`TF.js's kernel ${name} gave [${found.shape.join(", ")}] for [${shape.join(", ")}]`);
      if (found.dataId !== result.dataId) {
        const from = this.backend.dataIdMap.get(found.dataId).memoryOffset;
        heap.bytes.copyWithin(to, from, from + out.numel() * out.dtype.itemsize);
        this.backend.disposeData(found.dataId);
      }
    } finally {
      this.wanted = null;
      for (const { dataId } of made) this.forget(dataId);
    }
    operands.end();
    return true;
  }

  /** TF.js's view of memory in the heap, for the call under way. */
  private info(at: number, shape: readonly number[], dtype: DType): TfInfo {
    return this.lend(at, shape, DTYPES.get(dtype)!, nothing);
  }

  /** TF.js's view of memory that stays where it is until it is disposed of; then calls `end`. */
  lend(at: number, shape: readonly number[], dtype: TfDtype, end: () => void): TfInfo {
    const info = this.backend.makeOutput(shape, dtype, at);
    this.lent.set(info.dataId, end);
    return info;
  }

  private forget(dataId: object): void {
    const { backend } = this;
    this.lent.delete(dataId);
    if (!backend.dataIdMap.has(dataId)) return;
    backend.wasm.tfjs.disposeData(backend.dataIdMap.get(dataId).id);
    backend.dataIdMap.delete(dataId);
  }

  private kernel(name: string): TfKernel | null {
    let found = this.kernels.get(name);
    if (found === undefined) {
      found = this.tfjs.getKernel(name, "wasm")?.kernelFunc ?? null;
      this.kernels.set(name, found);
    }
    return found;
  }
}

const nothing = (): void => {};

function isPair(operand: Operand): operand is readonly [Tensor, readonly number[]] {
  return Array.isArray(operand);
}

/** Address of a number. */
function stage({ heap, operands }: Engine, { value, dtype }: Constant): number {
  const at = operands.reserve(4);
  if (at < 0) return -1;
  if (dtype === float32) heap.floats[at >> 2] = Number(value);
  else heap.ints[at >> 2] = Number(value);
  return at;
}
