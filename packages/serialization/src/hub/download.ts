import { RuntimeError } from "@tt/core";
import type { ProgressOptions } from "../io/counter.ts";
import { requireBuiltin } from "../io/node.ts";
import { checkHash } from "./hash.ts";
import { reach } from "./reach.ts";

export interface DownloadOptions extends ProgressOptions {
  /** First digits of the SHA-256 that the file must have. */
  hash_prefix?: string | undefined;
}

interface Partial {
  readonly bytes: number;
  /** What identifies the version of the file on the server. */
  readonly validator: string;
}

/**
 * Downloads a file. An interrupted download is kept beside the target (`.partial`) and continued
 * by the next one, if the server still has the same version. The target appears only when it is
 * complete and its hash is right.
 *
 * @throws RuntimeError when the hash is not the expected one
 * @example
 * await hub.download_url_to_file("https://example.org/weights.pth", "weights.pth");
 */
export async function download_url_to_file(
  url: string | URL,
  dst: string,
  options: DownloadOptions = {},
): Promise<void> {
  const fs = requireBuiltin("node:fs", "downloading to a file");
  const part = `${dst}.partial`;
  const note = `${part}.json`;
  const kept = readPartial(fs, part, note);
  const headers: Record<string, string> = kept ? { Range: `bytes=${kept.bytes}-`, "If-Range": kept.validator } : {};
  const response = await reach(url, { headers, signal: options.signal ?? null }, `put the file at ${dst} yourself`);
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${String(url)}: HTTP ${response.status} ${response.statusText}`);
  }
  const resumed = kept !== undefined && response.status === 206 && startsAt(response, kept.bytes);
  if (response.status === 206 && !resumed)
    throw new Error(`${String(url)}: the server sent another part than the one asked for`);
  const start = resumed ? kept.bytes : 0;
  const validator = strongValidator(response);
  if (validator) fs.writeFileSync(note, JSON.stringify({ validator }));
  else fs.rmSync(note, { force: true });
  await receive(fs, response, part, start, options);
  if (options.hash_prefix) {
    try {
      checkHash(await sha256OfFile(fs, part), options.hash_prefix);
    } catch (error) {
      fs.rmSync(part, { force: true });
      fs.rmSync(note, { force: true });
      throw error;
    }
  }
  fs.renameSync(part, dst);
  fs.rmSync(note, { force: true });
}

function readPartial(fs: typeof import("node:fs"), part: string, note: string): Partial | undefined {
  try {
    const { validator } = JSON.parse(fs.readFileSync(note, "utf8")) as { validator?: unknown };
    const bytes = fs.statSync(part).size;
    return typeof validator === "string" && bytes > 0 ? { bytes, validator } : undefined;
  } catch {
    return undefined;
  }
}

/** A weak ETag does not promise the same bytes. */
function strongValidator(response: Response): string | null {
  const etag = response.headers.get("etag");
  return etag !== null && !etag.startsWith("W/") ? etag : response.headers.get("last-modified");
}

function startsAt(response: Response, start: number): boolean {
  return response.headers.get("content-range")?.startsWith(`bytes ${start}-`) ?? false;
}

async function receive(
  fs: typeof import("node:fs"),
  response: Response,
  part: string,
  start: number,
  options: DownloadOptions,
): Promise<void> {
  const announced = response.headers.get("content-encoding") ? null : response.headers.get("content-length");
  const total = announced === null ? undefined : start + Number(announced);
  const fd = fs.openSync(part, start > 0 ? "r+" : "w");
  let done = start;
  try {
    fs.ftruncateSync(fd, start);
    const reader = response.body?.getReader();
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader!.read()) {
      for (let at = 0; at < chunk.value.length;)
        at += fs.writeSync(fd, chunk.value, at, chunk.value.length - at, done + at);
      done += chunk.value.length;
      options.progress?.(done, total ?? done);
    }
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  if (total !== undefined && done !== total)
    throw new RuntimeError(`the download ended after ${done} of ${total} bytes; try again to continue it`);
}

async function sha256OfFile(fs: typeof import("node:fs"), path: string): Promise<string> {
  const hash = requireBuiltin("node:crypto", "checking a hash").createHash("sha256");
  for await (const chunk of fs.createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
