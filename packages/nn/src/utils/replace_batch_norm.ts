import type { Module } from "../module/module.ts";

interface Normalising extends Module {
  running_mean: unknown;
  running_var: unknown;
  num_batches_tracked: unknown;
  track_running_stats: boolean;
}

/**
 * Makes every batch normalisation below `root` (and itself) use the batch's statistics only, in place, so that the
 * module can be mapped over examples.
 * @returns the module
 * @example
 * ```ts
 * import { BatchNorm2d, Sequential, utils } from "@tt/nn";
 * const net = utils.replace_all_batch_norm_modules_(new Sequential(new BatchNorm2d(3)));
 * Object.keys(net.state_dict()); // ["0.weight", "0.bias"]
 * ```
 */
export function replace_all_batch_norm_modules_<M extends Module>(root: M): M {
  for (const module of root.modules()) {
    if (!/^(Sync|Lazy)?BatchNorm/.test(module.constructor.name)) continue;
    const norm = module as unknown as Normalising;
    norm.running_mean = null;
    norm.running_var = null;
    norm.num_batches_tracked = null;
    norm.track_running_stats = false;
  }
  return root;
}
