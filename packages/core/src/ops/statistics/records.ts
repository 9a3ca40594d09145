/** Op records of the entry `@tt/core/statistics`; importing it registers them. */
import "../creation/windows.ts";
import "../random/families.ts";
import "../reduction/calculus.ts";
import "../reduction/covariance.ts";
import "../reduction/segment.ts";
import "../sort/histogram.ts";
import "../sort/quantile.ts";
import "../sort/search.ts";
import "../sort/unique.ts";
import "../special/bessel.ts";
import "../special/gamma.ts";
