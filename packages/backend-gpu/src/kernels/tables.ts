import { float32, int32 } from "@tt/core";
import type { Engine } from "../engine.ts";
import type { View } from "../queue/view.ts";

/** Tables that are kept. */
const MOST = 256;

/** Small tables that kernels read, made on the host and kept on the device. */
export class Tables {
  private readonly engine: Engine;
  private readonly views = new Map<string, readonly View[]>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The tables of that name, uploaded when they are first wanted. */
  get(key: string, make: () => readonly (Int32Array | Float32Array)[]): readonly View[] {
    let found = this.views.get(key);
    if (found === undefined) {
      if (this.views.size >= MOST) this.clear();
      this.views.set(key, (found = make().map((table) => this.upload(table))));
    }
    return found;
  }

  private upload(table: Int32Array | Float32Array): View {
    const view = this.engine.temporary(table instanceof Float32Array ? float32 : int32, [Math.max(1, table.length)]);
    const bytes = new ArrayBuffer(4 * view.numel);
    new Uint32Array(bytes).set(new Uint32Array(table.buffer, table.byteOffset, table.length));
    this.engine.queue.upload(view.memory, bytes);
    return view;
  }

  private clear(): void {
    for (const views of this.views.values()) for (const { memory } of views) this.engine.queue.release(memory);
    this.views.clear();
  }
}
