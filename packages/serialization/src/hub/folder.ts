import { requireBuiltin } from "../io/node.ts";

let chosen: string | undefined;

/**
 * The folder of downloaded weights: what `set_dir` set, else `$TORCH_HOME/hub`, else `torch/hub`
 * in the user's cache folder. PyTorch uses the same one, so files are shared with it.
 */
export function get_dir(): string {
  if (chosen !== undefined) return chosen;
  const { join } = requireBuiltin("node:path", "the hub folder");
  const { homedir } = requireBuiltin("node:os", "the hub folder");
  const { TORCH_HOME, XDG_CACHE_HOME } = globalThis.process.env;
  return join(TORCH_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "torch"), "hub");
}

/** Sets the folder of downloaded weights. */
export function set_dir(dir: string): void {
  chosen = dir;
}
