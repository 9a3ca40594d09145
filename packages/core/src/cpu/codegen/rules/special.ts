import { frexpExponent, frexpMantissa } from "../../../expr/special/frexp.ts";
import { erf, erfc, erfinv } from "../../../expr/special/erf.ts";
import type { Rules } from "./rule.ts";

/** Special functions of real numbers; those that few need come with `@tt/core/special`, from more_special.ts. */
export const SPECIAL_RULES: Rules = {
  erf: { fn: erf },
  erfc: { fn: erfc },
  erfinv: { fn: erfinv },
  frexp_mantissa: { fn: frexpMantissa },
  frexp_exponent: { fn: frexpExponent },
};
