import { expect, it } from "vitest";
import { compare } from "./compare.ts";

declare const __ISOLATED__: boolean;

it("computes as the cpu does in a page", async () => {
  expect(crossOriginIsolated).toBe(__ISOLATED__);
  expect(await compare()).toEqual([]);
});

it("computes as the cpu does in a web worker", async () => {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const answer = await new Promise<unknown>((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
  });
  worker.terminate();
  expect(answer).toEqual({ wrong: [], isolated: __ISOLATED__ });
});

it("computes as the cpu does in a service worker", async () => {
  const script = new URL("./service.ts", import.meta.url);
  const registration = await navigator.serviceWorker.register(script, { type: "module", scope: script.href });
  const worker = (registration.installing ?? registration.waiting ?? registration.active)!;
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("the service worker did not install"));
    };
    worker.addEventListener("statechange", look);
    look();
  });
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<unknown>((resolve) => {
    port1.addEventListener("message", ({ data }) => resolve(data));
    port1.start();
  });
  worker.postMessage("compare", [port2]);
  expect(await answer).toEqual([]);
  await registration.unregister();
});
