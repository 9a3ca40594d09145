import { BytesIO } from "./bytes-io.ts";
import { type FileHandleLike, FileHandleSource, FileSource } from "./file-source.ts";
import { HttpSource, readAll } from "./http-source.ts";
import { builtin } from "./node.ts";
import { BlobSource, type ByteSource, BytesSource, type ReadOptions } from "./source.ts";

/** What can be read at once, without waiting. */
export type SyncLoadSource = string | URL | Uint8Array | ArrayBuffer | BytesIO;

/** What can be loaded: a path, a URL, bytes, a Blob or File, a response or stream, an open file. */
export type LoadSource = SyncLoadSource | Blob | Response | ReadableStream<Uint8Array> | FileHandleLike;

function openInMemory(source: unknown): ByteSource | undefined {
  if (source instanceof BytesIO) return new BytesSource(source.getbuffer());
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return new BytesSource(source);
  return undefined;
}

function isWeb(source: unknown): source is string | URL {
  return (typeof source === "string" || source instanceof URL) && /^(https?|blob|data):/.test(String(source));
}

/** @throws TypeError for what can only be read asynchronously */
export function openSourceSync(source: SyncLoadSource): ByteSource {
  const inMemory = openInMemory(source);
  if (inMemory) return inMemory;
  if (isWeb(source)) throw new TypeError("loadSync cannot fetch; use `await load(url)`");
  if (typeof source === "string" || source instanceof URL) return new FileSource(source);
  throw new TypeError(
    "loadSync reads a path, bytes or a BytesIO; use `await load(...)` for blobs, responses, streams and handles",
  );
}

/**
 * Opens anything loadable. Where there are no files, a path is a URL relative to the page's. A stream is read to its end; a URL, where the server allows it, only in
 * the parts that are asked for when `ranged` is set.
 */
export async function openSource(
  source: LoadSource,
  options: ReadOptions & { ranged?: boolean } = {},
): Promise<ByteSource> {
  const inMemory = openInMemory(source);
  if (inMemory) return inMemory;
  if (isWeb(source) || (typeof source === "string" && builtin("node:fs") === undefined)) {
    const ranged =
      options.ranged && !/^(blob|data):/.test(String(source))
        ? await HttpSource.open(source, options.signal)
        : undefined;
    return ranged ?? openResponse(await fetch(source, { signal: options.signal ?? null }), options);
  }
  if (typeof source === "string" || source instanceof URL) return new FileSource(source);
  if (typeof Blob !== "undefined" && source instanceof Blob) return new BlobSource(source);
  if (typeof Response !== "undefined" && source instanceof Response) return openResponse(source, options);
  if (source instanceof ReadableStream) return new BytesSource(await readAll(source, undefined, options));
  if (typeof source === "object" && source !== null && "fd" in source && "stat" in source) {
    return new FileHandleSource(source, (await source.stat()).size);
  }
  throw new TypeError("expected a path, URL, bytes, Blob, Response, ReadableStream or file handle to load from");
}

async function openResponse(response: Response, options: ReadOptions): Promise<ByteSource> {
  if (!response.ok)
    throw new Error(`${response.url || "the response"}: HTTP ${response.status} ${response.statusText}`);
  // With a content encoding the length is that of the encoded bytes.
  const announced = response.headers.get("content-encoding") ? null : response.headers.get("content-length");
  const size = announced !== null && /^\d+$/.test(announced) ? Number(announced) : undefined;
  return new BytesSource(await readAll(response.body, size, options));
}
