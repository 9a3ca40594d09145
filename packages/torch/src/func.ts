/** torch.func: transformations of functions that nest, and modules as functions of their parameters. */
import { utils } from "@tt/nn";

export * from "@tt/autograd/func";

export const functional_call: typeof utils.stateless.functional_call = utils.stateless.functional_call;
export const stack_module_state: typeof utils.stateless.stack_module_state = utils.stateless.stack_module_state;
export const replace_all_batch_norm_modules_: typeof utils.replace_all_batch_norm_modules_ =
  utils.replace_all_batch_norm_modules_;
