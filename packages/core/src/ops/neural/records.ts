/** Op records of the entry `@tt/core/neural`; importing it registers them. */
import "../conv/conv.ts";
import "../conv/convolution.ts";
import "../optim/adam.ts";
import "../optim/sgd.ts";
import "../pad/constant.ts";
import "../pool/avg_pool.ts";
import "../pool/max_pool.ts";
