/**
 * Workers started before a loader asks for them. A thread takes a few tenths of a second to load what it runs; meanwhile
 * the program does other things, such as making its network or the epoch before.
 */
import { type Channel, spawn } from "./spawn.ts";

interface Spare {
  readonly channel: Channel;
  readonly modules: Set<string>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** After this long without a loader a spare worker stops. */
const PATIENCE = 30_000;

const spares: Spare[] = [];

function stop(spare: Spare): void {
  const place = spares.indexOf(spare);
  if (place < 0) return;
  spares.splice(place, 1);
  clearTimeout(spare.timer);
  spare.channel.terminate();
}

function start(): Spare {
  const spare: Spare = { channel: spawn(null), modules: new Set(), timer: undefined };
  spare.channel.hold(false);
  spare.channel.listen(
    () => {},
    () => stop(spare),
  );
  spares.push(spare);
  return spare;
}

/** Has `count` workers ready, which have loaded `modules` or are about to. They keep no process from ending. */
export function prepare(count: number, modules: readonly string[]): void {
  for (let i = 0; i < count; i++) {
    const spare = spares[i] ?? start();
    const missing = modules.filter((module) => !spare.modules.has(module));
    for (const module of missing) spare.modules.add(module);
    if (missing.length > 0) spare.channel.post({ type: "warm", modules: missing });
    clearTimeout(spare.timer);
    spare.timer = setTimeout(() => stop(spare), PATIENCE);
    (spare.timer as { unref?(): void }).unref?.();
  }
}

/** A worker that runs the loader's own script: one that is ready, or a new one. */
export function take(): Channel {
  const spare = spares.shift();
  if (spare === undefined) return spawn(null);
  clearTimeout(spare.timer);
  return spare.channel;
}
