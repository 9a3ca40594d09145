import { load, type Loaded } from "../checkpoint/load.ts";
import type { MapLocation } from "../checkpoint/map-location.ts";
import type { ProgressOptions } from "../io/counter.ts";
import { readAll } from "../io/http-source.ts";
import { builtin, requireBuiltin } from "../io/node.ts";
import { download_url_to_file } from "./download.ts";
import { get_dir } from "./folder.ts";
import { checkHash, hashPrefix, toHex } from "./hash.ts";
import { reach } from "./reach.ts";

export interface StateDictFromUrlOptions extends ProgressOptions {
  /** Folder for the file; `get_dir()/checkpoints` by default. Browsers use their cache instead. */
  model_dir?: string | null;
  map_location?: MapLocation | null;
  /** Check the SHA-256 against the digits in the file's name, as in `resnet18-f37072fd.pth`. */
  check_hash?: boolean;
  /** Name for the file, if not the one in the URL. */
  file_name?: string | null;
}

/** Where browsers keep downloaded weights. */
const CACHE = "tt-hub";

/**
 * Loads weights from a URL, downloading them the first time only.
 *
 * @throws RuntimeError when the hash is not the expected one
 * @example
 * const weights = await hub.load_state_dict_from_url("https://download.pytorch.org/models/resnet18-f37072fd.pth", { check_hash: true });
 */
export async function load_state_dict_from_url(
  url: string | URL,
  options: StateDictFromUrlOptions = {},
): Promise<Loaded> {
  const name = options.file_name ?? new URL(url).pathname.split("/").pop() ?? "";
  if (name === "" || /[/\\\0]/.test(name) || name === "..")
    throw new TypeError(`the URL ${String(url)} names no file; give file_name`);
  const prefix = options.check_hash ? hashPrefix(name) : undefined;
  const { map_location = null, signal } = options;
  const source = builtin("node:fs")
    ? await cachedFile(url, name, prefix, options)
    : await cachedBytes(url, prefix, options);
  return load(source, { map_location, ...(signal && { signal }) });
}

async function cachedFile(
  url: string | URL,
  name: string,
  hash_prefix: string | undefined,
  options: StateDictFromUrlOptions,
): Promise<string> {
  const fs = requireBuiltin("node:fs", "the hub folder");
  const { join } = requireBuiltin("node:path", "the hub folder");
  const folder = options.model_dir ?? join(get_dir(), "checkpoints");
  fs.mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  if (!fs.existsSync(path))
    await download_url_to_file(url, path, { hash_prefix, progress: options.progress, signal: options.signal });
  return path;
}

/** The Cache API needs a secure page; without it the file is fetched every time. */
async function cachedBytes(
  url: string | URL,
  prefix: string | undefined,
  options: StateDictFromUrlOptions,
): Promise<Uint8Array> {
  const cache = "caches" in globalThis ? await caches.open(CACHE) : undefined;
  const known = await cache?.match(url);
  const response =
    known ??
    (await reach(
      url,
      { signal: options.signal ?? null },
      "load() reads the same weights from a file the user chooses",
    ));
  if (!response.ok) throw new Error(`${String(url)}: HTTP ${response.status} ${response.statusText}`);
  const total = Number(response.headers.get("content-length") ?? 0);
  let done = 0;
  const onRead = (count: number): void => options.progress?.((done += count), Math.max(total, done));
  const bytes = await readAll(response.body, undefined, { onRead, signal: options.signal });
  if (prefix !== undefined) checkHash(toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))), prefix);
  if (!known) await cache?.put(url, new Response(bytes, { headers: { "content-length": String(bytes.length) } }));
  return bytes;
}
