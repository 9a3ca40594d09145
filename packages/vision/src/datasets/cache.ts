import { builtin, join } from "./files.ts";

interface Environment {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** Where datasets are kept unless a root is given: `$TT_HOME/datasets`, else `tt/datasets` in the user's cache folder. */
export function defaultRoot(): string {
  const { TT_HOME, XDG_CACHE_HOME } = (globalThis as Environment).process?.env ?? {};
  if (TT_HOME !== undefined) return join(TT_HOME, "datasets");
  return join(XDG_CACHE_HOME ?? join(builtin("node:os").homedir(), ".cache"), "tt", "datasets");
}
