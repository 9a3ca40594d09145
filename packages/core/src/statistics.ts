/**
 * Histograms, quantiles, distinct values, searching, covariance, numerical calculus, window functions and draws from
 * families of distributions; exported as `@tt/core/statistics`, and by the umbrella among its functions.
 */
import "./index.ts";
import "./special.ts";
import { statisticsKernels } from "./cpu/tables/statistics.ts";
import { registerKernels } from "./dispatch/backend.ts";
import { installMethods } from "./dispatch/expose.ts";

registerKernels("cpu", statisticsKernels);

export * from "./ops/statistics.gen.ts";

installMethods();
