/**
 * What networks compute with beyond the main entry: convolution, pooling, normalisation, losses, padding, resampling
 * and the steps of optimizers. `@tt/nn` and `@tt/optim` import it; the umbrella exports its functions.
 */
import "./index.ts";
import { attentionKernels } from "./cpu/tables/attention.ts";
import { convKernels } from "./cpu/tables/conv.ts";
import { lossKernels } from "./cpu/tables/loss.ts";
import { normKernels } from "./cpu/tables/norm.ts";
import { optimKernels } from "./cpu/tables/optim.ts";
import { poolKernels } from "./cpu/tables/pool.ts";
import { recurrentKernels } from "./cpu/tables/recurrent.ts";
import { resizeKernels } from "./cpu/tables/resize.ts";
import { registerKernels } from "./dispatch/backend.ts";
import { installMethods } from "./dispatch/expose.ts";

registerKernels("cpu", {
  ...attentionKernels,
  ...convKernels,
  ...lossKernels,
  ...normKernels,
  ...optimKernels,
  ...poolKernels,
  ...recurrentKernels,
  ...resizeKernels,
});

export * from "./ops/neural.gen.ts";

installMethods();
