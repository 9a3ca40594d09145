import { requireBuiltin } from "./node.ts";
import type { Sink, SyncSink } from "./sink.ts";

type Fs = typeof import("node:fs");

/**
 * A file that appears under its name only when it is complete: written under a temporary name in
 * the same folder, flushed to the disk, then renamed. Whoever reads the name at any moment, even
 * after a crash, finds the old contents or the new ones.
 */
export class AtomicFile implements SyncSink {
  readonly #fs: Fs;
  readonly #target: string;
  readonly #temporary: string;
  #fd: number | undefined;

  constructor(path: string | URL) {
    this.#fs = requireBuiltin("node:fs", "saving to a path");
    const { dirname, basename, join } = requireBuiltin("node:path", "saving to a path");
    this.#target = resolveTarget(this.#fs, path instanceof URL ? decodeURIComponent(path.pathname) : path);
    this.#temporary = join(dirname(this.#target), `.${basename(this.#target)}.${globalThis.crypto.randomUUID()}.tmp`);
    this.#fd = this.#fs.openSync(this.#temporary, "wx");
  }

  /** The same file behind a sink that does not block while it writes. */
  static async(path: string | URL): Sink {
    const file = new AtomicFile(path);
    return {
      write: (chunk) => file.#writeAsync(chunk),
      close: () => file.#closeAsync(),
      abort: () => file.abort(),
    };
  }

  write(chunk: Uint8Array): void {
    for (let done = 0; done < chunk.length;) done += this.#fs.writeSync(this.#fd!, chunk, done);
  }

  async #writeAsync(chunk: Uint8Array): Promise<void> {
    for (let done = 0; done < chunk.length;) {
      done += await new Promise<number>((resolve, reject) => {
        this.#fs.write(this.#fd!, chunk, done, (error, count) => (error ? reject(error) : resolve(count)));
      });
    }
  }

  close(): void {
    this.#fs.fsyncSync(this.#fd!);
    this.#publish();
  }

  async #closeAsync(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#fs.fsync(this.#fd!, (error) => (error ? reject(error) : resolve())),
    );
    this.#publish();
  }

  #publish(): void {
    this.#fs.closeSync(this.#fd!);
    this.#fd = undefined;
    this.#fs.renameSync(this.#temporary, this.#target);
    syncFolder(this.#fs, requireBuiltin("node:path", "saving to a path").dirname(this.#target));
  }

  abort(): void {
    if (this.#fd !== undefined) this.#fs.closeSync(this.#fd);
    this.#fd = undefined;
    this.#fs.rmSync(this.#temporary, { force: true });
  }
}

/** The file a symbolic link leads to, so that the link itself stays; refuses what is no file. */
function resolveTarget(fs: Fs, path: string): string {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (!stat) return path;
  if (!stat.isFile()) throw new TypeError(`${path} exists and is not a file`);
  return fs.realpathSync(path);
}

/** Makes the rename itself durable, where the system can open folders. */
function syncFolder(fs: Fs, folder: string): void {
  let fd: number;
  try {
    fd = fs.openSync(folder, "r");
  } catch {
    return;
  }
  try {
    fs.fsyncSync(fd);
  } catch {
    // Windows and some network file systems cannot; the contents are safe nevertheless.
  } finally {
    fs.closeSync(fd);
  }
}
