import { openExecutor } from "./executor.ts";

/** Words of the shared block: a state to wait on, the length of what was read or of an error's text. */
export const STATE = 0;
export const LENGTH = 1;
/** Bytes before the data. */
export const HEADER = 16;

/**
 * The program of a worker that owns the device: a string, so that no bundler and no server has to know of a second file.
 * Messages are `{batch, request, shared, id}`. Where `shared` is given, bytes go there and the other side sleeps on it
 * (1: there, 2: an error's text, 3: more room needed); otherwise they are posted.
 */
export function workerSource(): string {
  return `"use strict";
const __name = (fn) => fn;
const openExecutor = ${openExecutor.toString()};
async function serve(post, listen, gpu, request, shared) {
  const failures = [];
  const report = (kind, message) => { failures.push({ kind, message }); post({ failure: { kind, message } }); };
  const answer = (block, state, bytes) => {
    const words = new Int32Array(block, 0, 2);
    new Uint8Array(block, ${HEADER}, bytes.length).set(bytes);
    words[${LENGTH}] = bytes.length;
    Atomics.store(words, ${STATE}, state);
    Atomics.notify(words, ${STATE});
  };
  const text = (block, message) =>
    new TextEncoder().encode(message).subarray(0, block.byteLength - ${HEADER}).slice();
  let executor;
  try {
    executor = await openExecutor(await gpu(), request, report);
  } catch (error) {
    post({ opened: null, error: String(error && error.message || error) });
    return;
  }
  listen(async ({ batch, request, block, id, finish, destroy }) => {
    try {
      if (destroy) {
        // Ended with work under way, the driver would bring down the process.
        await executor.finish().catch(() => undefined);
        executor.destroy();
        await new Promise((resolve) => setTimeout(resolve, 20));
        answer(block, 1, new Uint8Array(0));
        return;
      }
      let bytes = null;
      if (finish) {
        if (batch !== null) executor.submit(batch, null);
        await executor.finish();
        bytes = new ArrayBuffer(0);
      } else {
        const result = executor.submit(batch, request);
        if (result === null) return;
        bytes = await result;
      }
      if (block) {
        const fatal = failures.find((failure) => failure.kind !== "error") ?? failures[0];
        failures.length = 0;
        if (fatal) answer(block, 2, text(block, fatal.kind + ":" + fatal.message));
        else answer(block, 1, new Uint8Array(bytes));
      } else post({ id, bytes }, [bytes]);
    } catch (error) {
      const message = String(error && error.message || error);
      if (block) answer(block, 2, text(block, "error:" + message));
      else if (id !== undefined) post({ id, error: message });
      else report("error", message);
    }
  });
  post({ opened: executor.info });
}
`;
}

/** What starts {@link workerSource} in a worker of Node. */
export const NODE_START = `
const { parentPort, workerData } = require("node:worker_threads");
serve(
  (message, transfer) => parentPort.postMessage(message, transfer),
  (handler) => parentPort.on("message", handler),
  async () => {
    const { create } = await import(workerData.url);
    return (globalThis.__gpu = create(workerData.options));
  },
  workerData.request,
);
`;

/** What starts {@link workerSource} in a worker of a browser. */
export const WEB_START = `
addEventListener("message", ({ data }) => {
  serve(
    (message, transfer) => postMessage(message, transfer ?? []),
    (handler) => addEventListener("message", ({ data }) => handler(data)),
    async () => {
      if (!navigator.gpu) throw new Error("this browser has no WebGPU in workers");
      return navigator.gpu;
    },
    data.request,
  );
}, { once: true });
`;
