import { type Kernels, Tensor } from "@tt/core";
import type { MapKernel } from "@tt/core/dispatch";
import { WasmStorage } from "./memory/storage.ts";

const uses = new Map<string, number>();

/**
 * How often the host's loops computed what lives in the WebAssembly heap, by kernel (for element-wise programs by their
 * text and dtype); counted only where `TT_WASM_COUNT_HOST=1` was set when the backend was made.
 */
export function hostUses(): ReadonlyMap<string, number> {
  return uses;
}

/** Kernels that count their calls on tensors in the heap. */
export function counting(kernels: Kernels): Kernels {
  const counted = new Map<unknown, unknown>();
  return new Proxy(kernels, {
    get(target, name) {
      const kernel = Reflect.get(target, name) as ((...args: unknown[]) => unknown) | undefined;
      if (typeof kernel !== "function" || typeof name !== "string") return kernel;
      let found = counted.get(kernel);
      if (found === undefined) {
        found = (...args: unknown[]): unknown => {
          if (args.some(isInHeap)) note(name, args);
          return kernel(...args);
        };
        counted.set(kernel, found);
      }
      return found;
    },
  });
}

function note(name: string, args: readonly unknown[]): void {
  let key = name;
  if (name === "map") {
    const [program, compute] = args as Parameters<MapKernel>;
    key = `${program.text} (${compute.name})`;
  }
  uses.set(key, (uses.get(key) ?? 0) + 1);
}

function isInHeap(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isInHeap);
  // Nothing is computed for tensors without elements.
  return value instanceof Tensor && value.storage instanceof WasmStorage && value.numel() > 0;
}
