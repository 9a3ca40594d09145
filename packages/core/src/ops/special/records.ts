/** Every op record of `torch.special`; importing it registers them. */
import "../records.ts";
import "./aliases.ts";
import "./bessel.ts";
import "./error.ts";
import "./gamma.ts";
import "./polynomials.ts";
