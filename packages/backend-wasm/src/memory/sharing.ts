import { PAGE } from "./allocator.ts";

export interface Reserved {
  readonly memory: WebAssembly.Memory;
  /** Most bytes it can grow to. */
  readonly limit: number;
}

/**
 * Memory that can grow up to `limit`, or as far as the machine has addresses for. It is shared where the host has that, not
 * for threads alone: views of shared memory survive its growth. Elsewhere it has `fixed` bytes for good.
 */
export function reserve(initial: number, fixed: number, limit: number): Reserved {
  return create(initial, limit, true) ?? create(fixed, fixed, false) ?? create(initial, initial, false)!;
}

function create(initial: number, limit: number, shared: boolean): Reserved | null {
  for (let maximum = limit; ; maximum = Math.max(initial, Math.floor(maximum / 2 / PAGE) * PAGE)) {
    try {
      const memory = new WebAssembly.Memory({ initial: initial / PAGE, maximum: maximum / PAGE, shared });
      return { memory, limit: maximum };
    } catch {
      if (maximum <= initial) return null;
    }
  }
}

/** Whether other threads may use the memory. Pages without isolation lack SharedArrayBuffer, though not such memory. */
export function isShared(memory: WebAssembly.Memory): boolean {
  return !(memory.buffer instanceof ArrayBuffer);
}

/** The module, with the memory that it imports declared as shared or not, as `memory` is. Our modules say shared. */
export function fitted(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Uint8Array<ArrayBuffer> {
  if (isShared(memory)) return bytes;
  const copy = bytes.slice();
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = copy[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const skip = (): void => {
    const length = number();
    at += length;
  };
  while (at < copy.length) {
    const section = copy[at++];
    const end = number() + at;
    if (section === 2) {
      for (let left = number(); left > 0; left--) {
        skip();
        skip();
        const kind = copy[at++];
        if (kind === 2) {
          copy[at] = copy[at]! & ~2;
          return copy;
        }
        if (kind !== 0) break;
        number();
      }
    }
    at = end;
  }
  return copy;
}
