/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Freeing memory by hand, for those who want to: nobody has to. Exported as `@tt/core/memory` and by `@tt/torch`.
 */
export { memory_stats } from "./memory/stats.ts";
export { keep, type Scope, scope } from "./memory/scope.ts";
