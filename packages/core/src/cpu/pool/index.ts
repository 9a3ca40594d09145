export { adaptiveAvgPool, adaptiveAvgPoolBackward, avgPool, type AvgPoolParams, avgPoolBackward } from "./avg_pool.ts";
export { adaptiveMaxPool, fractionalMaxPool, maxPool, maxPoolBackward, type MaxPoolParams } from "./max_pool.ts";
export { maxUnpool, maxUnpoolBackward } from "./max_unpool.ts";
