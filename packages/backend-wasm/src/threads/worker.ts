import * as control from "./control.ts";

/** What a worker is started with. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the control block. */
  readonly at: number;
  /** The worker's number; its thread's is one more, as thread 0 is the main one. */
  readonly index: number;
}

/**
 * The worker's program: a string, so that no bundler and no server has to know of a second file. It never returns; between
 * jobs it looks for the next one for some microseconds, then sleeps.
 *
 * @param spin - microseconds
 */
export function workerSource(spin: number): string {
  const {
    STATE,
    NEXT,
    SLEEPERS,
    DONE,
    WAITING,
    FAILED,
    FAILED_LENGTH,
    COUNT,
    ARITY,
    EXPORT,
    CODE_ID,
    CODE_LENGTH,
    WORK_AT,
    LIMIT,
    WORK_BASE,
    WORK_STRIDE,
    SLOTS,
    ARGUMENTS,
    CODE,
    TEXT,
    MOST_TEXT,
    CONTROL_BYTES,
  } = control;
  return `"use strict";
function serve({ module, memory, at, index }) {
  const ints = new Int32Array(memory.buffer, at, ${CONTROL_BYTES / 4});
  const doubles = new Float64Array(memory.buffer, at, ${CONTROL_BYTES / 8});
  const bytes = new Uint8Array(memory.buffer, at, ${CONTROL_BYTES});
  const imports = { env: { memory }, math: Math };
  const kernels = Object.values(new WebAssembly.Instance(module, imports).exports);
  const codes = new Map();
  const slot = ${SLOTS} + 16 * index;
  const args = [];
  function take() {
    const count = ints[${COUNT}];
    const arity = ints[${ARITY}];
    const workAt = ints[${WORK_AT}];
    const work = doubles[${WORK_BASE}] + (index + 1) * doubles[${WORK_STRIDE}];
    let fn = null;
    for (;;) {
      const call = Atomics.add(ints, ${NEXT}, 1);
      if (call >= count) return;
      fn ??= find();
      args.length = arity;
      const from = ${ARGUMENTS / 8} + call * arity;
      for (let i = 0; i < arity; i++) args[i] = doubles[from + i];
      if (workAt >= 0) args[workAt] = work;
      fn.apply(null, args);
    }
  }
  function find() {
    if (ints[${EXPORT}] >= 0) return kernels[ints[${EXPORT}]];
    const id = ints[${CODE_ID}];
    let code = codes.get(id);
    if (code === undefined) {
      const text = bytes.slice(${CODE}, ${CODE} + ints[${CODE_LENGTH}]);
      code = new WebAssembly.Instance(new WebAssembly.Module(text), imports).exports.run;
      codes.set(id, code);
    }
    return code;
  }
  function fail(error) {
    if (Atomics.compareExchange(ints, ${FAILED}, 0, index + 1) !== 0) return;
    const text = String(error).slice(0, ${MOST_TEXT});
    for (let i = 0; i < text.length; i++) bytes[${TEXT} + i] = text.charCodeAt(i);
    ints[${FAILED_LENGTH}] = text.length;
  }
  const pause = Atomics.pause ?? (() => {});
  function nextAfter(seen) {
    let state = Atomics.load(ints, ${STATE});
    if (state !== seen) return state;
    const until = performance.now() + ${spin / 1000};
    do {
      for (let i = 0; i < 64; i++) {
        state = Atomics.load(ints, ${STATE});
        if (state !== seen) return state;
        pause();
      }
    } while (performance.now() < until);
    Atomics.add(ints, ${SLEEPERS}, 1);
    Atomics.wait(ints, ${STATE}, seen);
    Atomics.sub(ints, ${SLEEPERS}, 1);
    return Atomics.load(ints, ${STATE});
  }
  Atomics.store(ints, slot + 1, 1);
  for (let seen = 0; ; seen = nextAfter(seen)) {
    if ((seen & 1) === 0) continue;
    Atomics.store(ints, slot, 1);
    seen = Atomics.load(ints, ${STATE});
    if ((seen & 1) === 1 && index < ints[${LIMIT}]) {
      try {
        take();
      } catch (error) {
        fail(error);
      }
    }
    Atomics.store(ints, slot, 0);
    Atomics.add(ints, ${DONE}, 1);
    if (Atomics.load(ints, ${WAITING}) === 1) Atomics.notify(ints, ${DONE});
  }
}
if (typeof WorkerGlobalScope === "undefined") serve(require("node:worker_threads").workerData);
else self.onmessage = ({ data }) => serve(data);
`;
}
