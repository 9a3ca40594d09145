import type { Range } from "./range.ts";
import type { ByteSource, ReadOptions } from "./source.ts";

/** A file on a web server that answers range requests. */
export class HttpSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #validator: string | null;

  private constructor(url: string, size: number, validator: string | null) {
    this.name = url;
    this.size = size;
    this.#validator = validator;
  }

  /**
   * Asks for the first byte, to learn the size.
   * @returns undefined when the server does not do ranges
   */
  static async open(url: string | URL, signal?: AbortSignal): Promise<HttpSource | undefined> {
    const response = await fetch(url, { headers: { Range: "bytes=0-0" }, signal: signal ?? null });
    await response.body?.cancel();
    if (!response.ok && response.status !== 416)
      throw new Error(`${String(url)}: HTTP ${response.status} ${response.statusText}`);
    const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
    if (response.status === 200 || total === undefined) return undefined;
    return new HttpSource(String(url), Number(total), response.headers.get("etag"));
  }

  async read(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = range.length === 0 ? new Uint8Array(0) : await this.#fetch(range, options);
    range.onBytes?.(bytes, range.length);
    return bytes;
  }

  async #fetch(range: Range, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    const headers = { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    const response = await fetch(this.name, { headers, signal: options.signal ?? null });
    if (response.status !== 206)
      throw new Error(`${this.name}: HTTP ${response.status} instead of the range asked for`);
    if (response.headers.get("etag") !== this.#validator) throw new Error(`${this.name} changed while it was read`);
    return readAll(response.body, range.length, options);
  }

  close(): void {}
}

/** Collects a stream; with `size`, it must have exactly that many bytes and no more are held. */
export async function readAll(
  stream: ReadableStream<Uint8Array> | null,
  size: number | undefined,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let exact = size === undefined ? undefined : new Uint8Array(size);
  let length = 0;
  if (stream) {
    const reader = stream.getReader();
    for (;;) {
      if (options.signal?.aborted) await reader.cancel(options.signal.reason);
      options.signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      if (exact && length + value.length > exact.length) {
        await reader.cancel();
        throw new Error(`the stream is longer than the ${exact.length} bytes announced`);
      }
      if (exact) exact.set(value, length);
      else chunks.push(value);
      length += value.length;
      options.onRead?.(value.length);
    }
  }
  if (exact && length !== exact.length) throw new Error(`the stream ended after ${length} of ${exact.length} bytes`);
  if (!exact) {
    exact = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      exact.set(chunk, at);
      at += chunk.length;
    }
  }
  return exact;
}
