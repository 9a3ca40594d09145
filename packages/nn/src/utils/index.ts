/** torch.nn.utils. */
export { AveragedModel, type AveragedModelOptions, type AverageFunction, update_bn } from "./averaged_model.ts";
export { clip_grad_norm_, clip_grad_value_ } from "./clip_grad.ts";
export { cloneModule } from "./clone_module.ts";
export { parameters_to_vector, vector_to_parameters } from "./convert_parameters.ts";
export { fuse_conv_bn_eval, fuse_conv_bn_weights } from "./fusion.ts";
export { convert_conv2d_weight_memory_format } from "./memory_format.ts";
export * as parametrizations from "./parametrizations.ts";
export * as parametrize from "./parametrize.ts";
export * as prune from "./prune.ts";
export { replace_all_batch_norm_modules_ } from "./replace_batch_norm.ts";
export * as rnn from "./rnn.ts";
export { skip_init } from "./skip_init.ts";
export { remove_spectral_norm, spectral_norm } from "./spectral_norm.ts";
export * as stateless from "./stateless.ts";
export { functional_call } from "./stateless.ts";
export { remove_weight_norm, weight_norm } from "./weight_norm.ts";
