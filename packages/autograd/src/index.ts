/** Automatic differentiation: importing this package makes `requires_grad` work. */
import { state } from "@tt/core/dispatch";
import { RuntimeError } from "@tt/core";
import { runtime } from "./graph/record.ts";

if (state.autograd !== null) throw new RuntimeError("a second copy of @tt/autograd was imported");
state.autograd = runtime;

export {
  enable_grad,
  inference_mode,
  is_grad_enabled,
  is_inference_mode_enabled,
  no_grad,
  set_grad_enabled,
} from "@tt/core";
export { backward, type BackwardArgs, grad, type GradArgs } from "./backward.ts";
export {
  detect_anomaly,
  is_anomaly_check_nan_enabled,
  is_anomaly_enabled,
  set_detect_anomaly,
} from "./graph/anomaly.ts";
export { Node, type Gradients } from "./graph/node.ts";
export { Function, FunctionCtx } from "./function/function.ts";
export { gradcheck, GradcheckError, type GradcheckOptions, gradgradcheck } from "./check/gradcheck.ts";
export * as graph from "./graph/index.ts";
export * as functional from "./functional/index.ts";
export * as forward_ad from "./forward_ad/index.ts";
export { graph_to_dot } from "./graph/dot.ts";
