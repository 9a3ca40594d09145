/** Every op record of the main entry; importing it registers them. */
import "./copy/copy.ts";
import "./creation/factories.ts";
import "./matmul/mm.ts";
import "./pointwise/arithmetic.ts";
import "./random/factories.ts";
import "./random/inplace.ts";
import "./random/sampling.ts";
import "./reduction/sum.ts";
import "./view/shape.ts";
