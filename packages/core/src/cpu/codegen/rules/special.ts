import { erf, erfc, erfcx, erfinv } from "../../../expr/special/erf.ts";
import { i0, i0e, i1, i1e } from "../../../expr/special/bessel_i.ts";
import { digamma, polygamma, zeta } from "../../../expr/special/gamma.ts";
import { lgamma } from "../../../expr/special/lgamma.ts";
import { log_ndtr, ndtri } from "../../../expr/special/ndtr.ts";
import type { Rules } from "./rule.ts";

/** Special functions of real numbers. */
export const SPECIAL_RULES: Rules = {
  erf: { fn: erf },
  erfc: { fn: erfc },
  erfcx: { fn: erfcx },
  erfinv: { fn: erfinv },
  ndtri: { fn: ndtri },
  log_ndtr: { fn: log_ndtr },
  lgamma: { fn: lgamma },
  digamma: { fn: digamma },
  polygamma: { fn: polygamma },
  zeta: { fn: zeta },
  i0: { fn: i0 },
  i0e: { fn: i0e },
  i1: { fn: i1 },
  i1e: { fn: i1e },
};
