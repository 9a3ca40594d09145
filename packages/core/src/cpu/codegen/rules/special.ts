import { frexpExponent, frexpMantissa } from "../../../expr/special/frexp.ts";
import { erf, erfc, erfinv } from "../../../expr/special/erf.ts";
import { digamma, polygamma, polygammaFloat32, zeta } from "../../../expr/special/gamma.ts";
import { lgamma } from "../../../expr/special/lgamma.ts";
import type { Rules } from "./rule.ts";

/** Special functions of real numbers; those that few need come with `@tt/core/special`, from more_special.ts. */
export const SPECIAL_RULES: Rules = {
  erf: { fn: erf },
  erfc: { fn: erfc },
  erfinv: { fn: erfinv },
  lgamma: { fn: lgamma },
  digamma: { fn: digamma },
  polygamma: { fn: polygamma },
  zeta: { fn: zeta },
  frexp_mantissa: { fn: frexpMantissa },
  frexp_exponent: { fn: frexpExponent },
};

/** Those that PyTorch's results show to be computed in float32 from step to step. */
export const SINGLE_RULES: Rules = {
  polygamma: { fn: polygammaFloat32 },
};
