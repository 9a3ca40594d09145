/** Where streaming datasets read: files, URLs, responses, streams, bytes. */

/** What a streaming dataset can read. Functions are called at the start of every pass, so that streams can be read again. */
export type ByteSource =
  | string
  | URL
  | Blob
  | Uint8Array
  | ReadableStream<Uint8Array>
  | (() => ByteSource | Promise<ByteSource>);

interface NodeFs {
  createReadStream(
    path: string | URL,
    options: { highWaterMark: number },
  ): AsyncIterable<Uint8Array> & { destroy(): void };
}

interface Host {
  readonly process?: { getBuiltinModule?(id: string): unknown };
}

const CHUNK = 256 * 1024;

function fileStream(path: string | URL): ReadableStream<Uint8Array> {
  const fs = (globalThis as unknown as Host).process?.getBuiltinModule?.("node:fs") as NodeFs | undefined;
  if (fs === undefined)
    throw new TypeError(`${String(path)}: paths can only be read in Node; give a URL, a Blob or bytes`);
  const file = fs.createReadStream(path, { highWaterMark: CHUNK });
  const chunks = file[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => file.destroy(),
  });
}

/**
 * Opens a source as a stream; gzip is unpacked, whatever the name says.
 * @throws Error naming the source that cannot be read
 */
export async function openBytes(source: ByteSource): Promise<ReadableStream<Uint8Array>> {
  if (typeof source === "function") return openBytes(await source());
  return unzipped(await openRaw(source));
}

async function openRaw(source: Exclude<ByteSource, () => unknown>): Promise<ReadableStream<Uint8Array>> {
  if (source instanceof ReadableStream) return source;
  if (source instanceof Uint8Array) return new Blob([source as Uint8Array<ArrayBuffer>]).stream();
  if (source instanceof Blob) return source.stream();
  if (/^(https?|blob|data):/.test(String(source))) {
    const response = await fetch(source);
    if (!response.ok || response.body === null)
      throw new Error(`${String(source)}: HTTP ${response.status} ${response.statusText}`);
    return response.body;
  }
  return fileStream(String(source).startsWith("file:") ? new URL(source) : source);
}

/** Looks at the first bytes: gzip says what it is. */
async function unzipped(stream: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader();
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < 2) {
    const { done, value } = await reader.read();
    if (done) break;
    head.push(value);
    length += value.length;
  }
  const start = Uint8Array.from(head.flatMap((chunk) => Array.from(chunk.subarray(0, 2))));
  const whole = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const first = head.shift();
      if (first !== undefined) {
        controller.enqueue(first);
        return;
      }
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const gzip = start[0] === 0x1f && start[1] === 0x8b;
  return gzip
    ? whole.pipeThrough(new DecompressionStream("gzip") as unknown as TransformStream<Uint8Array, Uint8Array>)
    : whole;
}

/** Sources of this worker: every n-th; without workers, all. */
export function ownShare<T>(
  items: readonly T[],
  info: { readonly id: number; readonly num_workers: number } | null,
): T[] {
  return info === null ? [...items] : items.filter((_, i) => i % info.num_workers === info.id);
}

export function listOf(sources: ByteSource | readonly ByteSource[]): readonly ByteSource[] {
  return Array.isArray(sources) ? (sources as readonly ByteSource[]) : [sources as ByteSource];
}
