/** Op records of the entry `@tt/core/linalg`; importing it registers them. */
import "../records.ts";
import "./cholesky.ts";
import "./det.ts";
import "./eig.ts";
import "./eigh.ts";
import "./ldl.ts";
import "./lowrank.ts";
import "./lstsq.ts";
import "./lu.ts";
import "./norm.ts";
import "./pinv.ts";
import "./products.ts";
import "./qr.ts";
import "./solve.ts";
import "./svd.ts";
import "./triangular.ts";
