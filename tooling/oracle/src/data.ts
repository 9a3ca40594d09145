/** Finding and reading the recorded files. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Json } from "./elements.ts";

export function readJson(path: string): Json {
  const raw = readFileSync(path);
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(raw) : raw).toString("utf8")) as Json;
}

/** Names (without extension) of the JSON files in a folder; none when there is no such folder. */
export function jsonNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json.gz") || name.endsWith(".json"))
    .map((name) => name.replace(/\.json(\.gz)?$/, ""))
    .sort();
}

/** Reads `folder/name.json.gz` or `folder/name.json`; null when there is neither. */
export function readNamed(folder: string, name: string): Json {
  const path = [`${name}.json.gz`, `${name}.json`].map((file) => join(folder, file)).find(existsSync);
  return path === undefined ? null : readJson(path);
}
