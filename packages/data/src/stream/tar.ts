import { frombuffer } from "@tt/core/compat";
import { type Tensor, uint8, zeros } from "@tt/core";
import { IterableDataset } from "../dataset/dataset.ts";
import { get_worker_info } from "../loader/worker_info.ts";
import { type ByteSource, listOf, openBytes, ownShare } from "./bytes.ts";

/** A file of a tar archive: its name and its bytes, a vector of uint8. */
export type TarEntry = [name: string, data: Tensor];

export interface TarOptions {
  /** Entries to take, by name; the others are skipped without being held. */
  readonly filter?: ((name: string) => boolean) | null;
}

/**
 * The files in tar archives (plain or gzip), one after another. One entry at a time is in memory. The workers of a loader
 * share the archives among them; a single archive is read by all, and each takes every n-th file.
 *
 * @param sources - paths, URLs, Blobs, bytes, streams or functions that give them
 * @throws Error while it is read, for damaged archives
 * @example
 * ```ts
 * import { TarDataset } from "@tt/data";
 * const shards = new TarDataset(["train-0.tar", "train-1.tar.gz"], { filter: (name) => name.endsWith(".bin") });
 * for await (const [name, data] of shards) console.log(name, data.shape);
 * ```
 */
export class TarDataset extends IterableDataset<TarEntry> {
  readonly sources: readonly ByteSource[];
  readonly filter: ((name: string) => boolean) | null;

  constructor(sources: ByteSource | readonly ByteSource[], { filter = null }: TarOptions = {}) {
    super();
    this.sources = listOf(sources);
    this.filter = filter;
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<TarEntry> {
    const info = get_worker_info();
    const single = this.sources.length === 1;
    let place = 0;
    for (const source of single ? this.sources : ownShare(this.sources, info)) {
      for await (const [name, read] of entries(source)) {
        if (this.filter !== null && !this.filter(name)) continue;
        const mine = !single || info === null || place % info.num_workers === info.id;
        place++;
        if (mine) yield [name, await read()];
      }
    }
  }
}

/** Names of an archive's files, each with a function that reads it before the next is asked for. */
async function* entries(source: ByteSource): AsyncGenerator<[string, () => Promise<Tensor>]> {
  const { createTarDecoder } = await import("modern-tar");
  const stream = (await openBytes(source)).pipeThrough(createTarDecoder({ strict: true }));
  const reader = stream.getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const { header, body } = value;
      let taken = false;
      if (header.type === undefined || header.type === "file") {
        yield [
          header.name,
          async () => {
            taken = true;
            const bytes = new Uint8Array(
              await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
            );
            return bytes.length === 0 ? zeros([0], { dtype: uint8 }) : frombuffer(bytes, { dtype: uint8 });
          },
        ];
      }
      if (!taken) await body.cancel();
    }
    finished = true;
  } finally {
    if (!finished) await reader.cancel();
  }
}
