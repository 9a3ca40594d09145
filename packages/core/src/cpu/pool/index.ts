export { adaptiveAvgPool, adaptiveAvgPoolBackward, avgPool, avgPoolBackward } from "./avg_pool.ts";
export { adaptiveMaxPool, fractionalMaxPool, maxPool, maxPoolBackward } from "./max_pool.ts";
export { maxUnpool, maxUnpoolBackward } from "./max_unpool.ts";
