import { CPU, type Device, device as toDevice } from "../device.ts";
import type { DType, Scalar, TypedArray } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import type { Program } from "../expr/index.ts";
import type { Storage } from "../storage.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Bound, Op } from "./op.ts";

/**
 * A kernel fills the outputs it is given: `(out, ...args)`, or `([out0, out1], ...args)` for several.
 * Outputs are allocated with the shapes and dtypes of the op's record; arguments are checked.
 */
export type Kernel = (out: Bound, ...args: Bound[]) => unknown;

/** The family behind every element-wise op: evaluates `program` in `compute` and stores to `out`. */
export type MapKernel = (
  program: Program,
  compute: DType,
  out: Tensor,
  inputs: readonly (Tensor | Scalar)[],
  scalars: readonly Scalar[],
) => void;

/** Kernels by name: families ("map", "copy", "fill", "sum", "mm", ...) or a single op ("exp", "max.dim"). */
export interface Kernels {
  readonly map?: MapKernel;
  readonly [name: string]: Kernel | MapKernel | undefined;
}

export interface Capabilities {
  /** Dtypes the device can hold; all when absent. */
  readonly dtypes?: readonly DType[];
  /** Whether host code may wait for a value (`item()`); false on a browser's main thread with a GPU. */
  readonly synchronous?: boolean;
}

/** What a hardware target provides. */
export interface Backend {
  readonly name: string;
  /** Device types it serves, such as ["wasm"]. */
  readonly devices: readonly string[];
  readonly capabilities?: Capabilities;
  readonly kernels: Kernels;
  /** The kernel of an op, for backends that do not go by names alone. */
  find?(op: Op): Kernel | null;
  /** Uninitialised memory for `numel` elements. */
  allocate(device: Device, dtype: DType, numel: number): Storage;
  /** Elements (whole storage) from the device; needed only where storages have no `host`. */
  download?(storage: Storage, dtype: DType): TypedArray;
  downloadAsync?(storage: Storage, dtype: DType): Promise<TypedArray>;
  /** Elements to the start of a storage; needed only where storages have no `host`. */
  upload?(storage: Storage, elements: TypedArray): void;
  /** Waits for queued work. */
  synchronize?(device: Device): void | Promise<void>;
  /** Figures on its memory, in bytes unless their names say otherwise. */
  memory_stats?(): Readonly<Record<string, number>>;
  /** Threads its kernels may use; backends that compute on one thread have neither. */
  get_num_threads?(): number;
  set_num_threads?(count: number): void;
}

/** A backend's kernels by op id, looked up once. */
export class KernelTable {
  readonly backend: Backend;
  /** The kernel of element-wise ops. */
  readonly map: MapKernel;
  private readonly byOp: (Kernel | null | undefined)[] = [];

  constructor(backend: Backend) {
    this.backend = backend;
    this.map =
      backend.kernels.map ??
      ((): never => {
        throw new RuntimeError(`backend "${backend.name}" has no "map" kernel`);
      });
  }

  /** The kernel for `op`: registered for it by name, else of its family; null when there is none. */
  find(op: Op): Kernel | null {
    const cached = this.byOp[op.id];
    if (cached !== undefined) return cached;
    if (this.backend.find !== undefined) return (this.byOp[op.id] = this.backend.find(op));
    const { kernels } = this.backend;
    const name = op.schema.fullName;
    const found = kernels[name] ?? (op.kernel === null ? undefined : kernels[op.kernel.kernel]);
    return (this.byOp[op.id] = (found as Kernel | undefined) ?? null);
  }

  /** A kernel by family name. */
  get(name: string): Kernel {
    const kernel = this.backend.kernels[name] as Kernel | undefined;
    if (kernel === undefined) {
      throw new RuntimeError(`backend "${this.backend.name}" has no "${name}" kernel`);
    }
    return kernel;
  }
}

const tables = new Map<string, KernelTable>();
let cpuTable: KernelTable | null = null;

/**
 * Makes a backend's devices available.
 *
 * @throws RuntimeError when another backend already serves one of its devices
 * @example
 * ```ts
 * import { defineBackend, registerBackend, ones } from "@tt/core";
 * registerBackend(defineBackend({ name: "mine", extends: "cpu", kernels: {} }));
 * ones(2, { device: "mine" }).device.type; // "mine"
 * ```
 */
export function registerBackend(backend: Backend): void {
  for (const type of backend.devices) {
    const taken = tables.get(type);
    if (taken !== undefined && taken.backend !== backend) {
      throw new RuntimeError(`device type "${type}" is already served by backend "${taken.backend.name}"`);
    }
  }
  for (const type of backend.devices) {
    const table = new KernelTable(backend);
    tables.set(type, table);
    if (type === "cpu") cpuTable = table;
  }
}

/** Adds kernels to an installed backend, as core's further entries do; backends that extend it have them too. */
export function registerKernels(name: string, kernels: Kernels): void {
  Object.assign(findBackend(name).kernels, kernels);
}

/** Removes a backend; tensors on its devices can no longer be computed with. */
export function unregisterBackend(name: string): void {
  for (const [type, table] of tables) if (table.backend.name === name && type !== "cpu") tables.delete(type);
}

/** The installed backends' names. */
export function backends(): string[] {
  return [...new Set([...tables.values()].map((table) => table.backend.name))];
}

/** The device types that installed backends serve. */
export function registeredDevices(): string[] {
  return [...tables.keys()];
}

/** Describes a backend that takes what it does not define itself from another. */
export interface BackendDefinition {
  readonly name: string;
  /** Name of an installed backend, or a backend. */
  readonly extends: string | Backend;
  /** Device types; by default the one of its own name. */
  readonly devices?: readonly string[];
  readonly kernels: Kernels;
}

/**
 * Composes a backend from another one and some kernels of its own. Register the result with
 * {@link registerBackend}.
 * @example
 * ```ts
 * import { defineBackend, registerBackend, tensor } from "@tt/core";
 * const loud = defineBackend({
 *   name: "loud",
 *   extends: "cpu",
 *   kernels: { relu: (out, input) => { out.copy_(input.clamp(0)); } },
 * });
 * registerBackend(loud);
 * ```
 */
export function defineBackend(definition: BackendDefinition): Backend {
  const parent = typeof definition.extends === "string" ? findBackend(definition.extends) : definition.extends;
  const kernels = Object.assign(Object.create(parent.kernels) as Kernels, definition.kernels);
  return {
    ...parent,
    allocate: parent.allocate.bind(parent),
    name: definition.name,
    devices: definition.devices ?? [definition.name],
    kernels,
  };
}

/** The installed backend of that name. */
export function findBackend(name: string): Backend {
  for (const table of tables.values()) if (table.backend.name === name) return table.backend;
  throw new RuntimeError(`no backend "${name}" is installed; installed: ${backends().join(", ")}`);
}

/** The kernels of a device. */
export function tableOf(device: Device): KernelTable {
  if (device === CPU && cpuTable !== null) return cpuTable;
  const table = tables.get(device.type);
  if (table === undefined) {
    throw new RuntimeError(
      `no backend is installed for device "${device.type}"; install one with torch.use(...) or registerBackend(...). Installed: ${[...tables.keys()].join(", ")}`,
    );
  }
  return table;
}

let defaultDevice: Device = CPU;

/** The device of factories that are given none; cpu unless changed. */
export function get_default_device(): Device {
  return defaultDevice;
}

/** Sets the device of factories that are given none. */
export function set_default_device(device: Device | string): void {
  const next = toDevice(device);
  tableOf(next);
  defaultDevice = next;
}

/** A backend, or a promise of one, as packages such as @tt/backend-wasm make them. */
export type BackendSource = Backend | Promise<Backend>;

/**
 * Installs a backend and makes its first device the default: `await torch.use(wasm())`.
 * @param options - `default: false` leaves the default device as it is
 */
export async function use(source: BackendSource, options: { readonly default?: boolean } = {}): Promise<Backend> {
  const backend = await source;
  registerBackend(backend);
  if (options.default !== false) set_default_device(backend.devices[0]!);
  return backend;
}
