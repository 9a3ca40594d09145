import { besselJ0, besselJ1, besselY0, besselY1, sphericalBesselJ0 } from "../../../expr/special/bessel_jy.ts";
import { airyAi, besselK0, besselK1, scaledBesselK } from "../../../expr/special/bessel_k.ts";
import { digamma, polygamma, polygammaFloat32, zeta } from "../../../expr/special/gamma.ts";
import { igamma, igammac } from "../../../expr/special/incomplete_gamma.ts";
import {
  chebyshevT,
  chebyshevU,
  chebyshevV,
  chebyshevW,
  hermiteH,
  hermiteHe,
  laguerreL,
  legendreP,
} from "../../../expr/special/polynomials.ts";
import { lgamma } from "../../../expr/special/lgamma.ts";
import { erfcx } from "../../../expr/special/erf.ts";
import { i0, i0e, i1, i1e } from "../../../expr/special/bessel_i.ts";
import { log_ndtr, ndtri } from "../../../expr/special/ndtr.ts";
import { addRealRules } from "./index.ts";
import type { Rule } from "./rule.ts";

const single = (fn: (x: number, n: number, round: (x: number) => number) => number): Rule => ({
  fn: (x: number, n: number) => fn(x, n, Math.fround),
});

addRealRules(
  {
    lgamma: { fn: lgamma },
    digamma: { fn: digamma },
    polygamma: { fn: polygamma },
    zeta: { fn: zeta },
    erfcx: { fn: erfcx },
    ndtri: { fn: ndtri },
    log_ndtr: { fn: log_ndtr },
    i0: { fn: i0 },
    i0e: { fn: i0e },
    i1: { fn: i1 },
    i1e: { fn: i1e },
    igamma: { fn: igamma },
    igammac: { fn: igammac },
    bessel_j0: { fn: besselJ0 },
    bessel_j1: { fn: besselJ1 },
    bessel_y0: { fn: besselY0 },
    bessel_y1: { fn: besselY1 },
    bessel_k0: { fn: besselK0 },
    bessel_k1: { fn: besselK1 },
    bessel_k0e: { fn: (x: number) => scaledBesselK(0, x) },
    bessel_k1e: { fn: (x: number) => scaledBesselK(1, x) },
    spherical_bessel_j0: { fn: sphericalBesselJ0 },
    airy_ai: { fn: airyAi },
    chebyshev_t: { fn: chebyshevT },
    chebyshev_u: { fn: chebyshevU },
    chebyshev_v: { fn: chebyshevV },
    chebyshev_w: { fn: chebyshevW },
    hermite_h: { fn: hermiteH },
    hermite_he: { fn: hermiteHe },
    laguerre_l: { fn: laguerreL },
    legendre_p: { fn: legendreP },
  },
  // Those that PyTorch's results show to be computed in float32 from step to step.
  {
    polygamma: { fn: polygammaFloat32 },
    chebyshev_t: single(chebyshevT),
    chebyshev_u: single(chebyshevU),
    chebyshev_v: single(chebyshevV),
    chebyshev_w: single(chebyshevW),
    hermite_h: single(hermiteH),
    hermite_he: single(hermiteHe),
    laguerre_l: single(laguerreL),
    legendre_p: single(legendreP),
  },
);
