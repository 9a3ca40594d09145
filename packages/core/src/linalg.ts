/** torch.linalg: decompositions and solvers, exported as `@tt/core/linalg`. */
import "./index.ts";
import { linalgKernels } from "./cpu/linalg/kernels.ts";
import { registerKernels } from "./dispatch/backend.ts";
import { installMethods } from "./dispatch/expose.ts";

registerKernels("cpu", linalgKernels);

export { LinAlgError } from "./errors.ts";
export * from "./ops/linalg.gen.ts";

installMethods();
