import { compare } from "./compare.ts";

/** The part of a service worker's events that is used here; TypeScript's library for it excludes that of pages. */
interface Message extends Event {
  readonly ports: readonly MessagePort[];
  waitUntil(work: Promise<unknown>): void;
}

addEventListener("message", (event) => {
  const { ports, waitUntil } = event as unknown as Message;
  const answer = compare().then(
    (wrong) => ports[0]!.postMessage(wrong),
    (error: unknown) => ports[0]!.postMessage([String(error)]),
  );
  waitUntil.call(event, answer);
});
