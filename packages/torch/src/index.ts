/**
 * The whole of tt under PyTorch's names.
 *
 * @example
 * ```ts
 * import * as torch from "@tt/torch";
 * const x = torch.tensor([1, 2, 3], { requires_grad: true });
 * x.pow(2).sum().backward();
 * ```
 */
export * from "@tt/core";
export * from "@tt/core/compat";
export * from "@tt/core/fft/torch";
export * from "@tt/core/linalg/torch";
export * from "@tt/core/memory";
export * from "@tt/core/neural";
export * from "@tt/core/statistics";
export * as fft from "@tt/core/fft";
export * as linalg from "@tt/core/linalg";
export * as masked from "@tt/core/masked";
export * as sparse from "@tt/core/sparse";
export * from "@tt/core/sparse/torch";
export {
  sparse_bsc_tensor,
  sparse_bsr_tensor,
  sparse_compressed_tensor,
  sparse_coo_tensor,
  sparse_csc_tensor,
  sparse_csr_tensor,
} from "@tt/core/sparse";
export * as special from "@tt/core/special";
export * as amp from "@tt/amp";
export {
  autocast,
  clear_autocast_cache,
  get_autocast_dtype,
  is_autocast_cache_enabled,
  is_autocast_enabled,
  set_autocast_cache_enabled,
  set_autocast_dtype,
} from "@tt/amp";
export * as autograd from "@tt/autograd";
export { vmap } from "@tt/autograd/func";
export * as distributions from "@tt/distributions";
export { BytesIO, hub, load, loadSync, save, saveSync } from "@tt/serialization";
export * as serialization from "@tt/serialization";
export * as jit from "@tt/jit";
export * as nn from "@tt/nn";
export * from "@tt/nn/native";
export * as optim from "./optim.ts";
export * as utils from "./utils.ts";
export * from "./constants.ts";
export * from "./settings.ts";
export * as cuda from "./cuda.ts";
export * as gpu from "./gpu.ts";
export * as func from "./func.ts";
export * as random from "./random.ts";
export * from "./legacy_tensors.ts";
export { DType as dtype, mm as dsmm, mm as spmm } from "@tt/core";
export { Size } from "./size.ts";
