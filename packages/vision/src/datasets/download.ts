import { RuntimeError } from "@tt/core";
import { hub } from "@tt/serialization";
import { builtin, join } from "./files.ts";

/** A file that a dataset needs. */
export interface Resource {
  readonly file: string;
  readonly md5: string;
  /** Where it can be had, tried in order. */
  readonly urls: readonly string[];
}

export interface DownloadOptions {
  /** Called with the file, the bytes it has so far and all its bytes. */
  readonly progress?: (file: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** MD5 of a file, in hexadecimal. */
export async function md5Of(path: string): Promise<string> {
  const hash = builtin("node:crypto").createHash("md5");
  for await (const chunk of builtin("node:fs").createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

/**
 * Puts the resources into `folder`. Files that are there and right stay; interrupted downloads go on where they stopped.
 * @throws RuntimeError when no mirror gives a file, telling what to put where; nothing half is left under its name
 */
export async function fetchResources(
  folder: string,
  resources: readonly Resource[],
  { progress, signal }: DownloadOptions = {},
): Promise<void> {
  builtin("node:fs").mkdirSync(folder, { recursive: true });
  for (const resource of resources) {
    const path = join(folder, resource.file);
    if (builtin("node:fs").existsSync(path) && (await md5Of(path)) === resource.md5) continue;
    await fetchOne(path, resource, {
      ...(progress && { progress: (done: number, total: number) => progress(resource.file, done, total) }),
      signal,
    });
  }
}

async function fetchOne(
  path: string,
  { file, md5, urls }: Resource,
  options: { progress?: (done: number, total: number) => void; signal: AbortSignal | undefined },
): Promise<void> {
  const { renameSync, rmSync } = builtin("node:fs");
  const arriving = `${path}.download`;
  const problems: string[] = [];
  for (const url of urls) {
    try {
      await hub.download_url_to_file(url, arriving, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      problems.push(`${url}: ${reason(error)}`);
      continue;
    }
    const found = await md5Of(arriving);
    if (found === md5) {
      renameSync(arriving, path);
      return;
    }
    rmSync(arriving);
    problems.push(`${url}: wrong checksum: MD5 ${found}, expected ${md5}`);
  }
  throw new RuntimeError(
    `Error downloading ${file}:\n${problems.map((line) => `  ${line}`).join("\n")}\nWithout a network, put the file at ${path} yourself.`,
  );
}

/** What went wrong, without fetch's "fetch failed". */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
