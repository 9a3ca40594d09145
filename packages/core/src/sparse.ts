/** torch.sparse: tensors in coordinate and compressed form, as `@tt/core/sparse`. */
import "./index.ts";
import { installMethods } from "./dispatch/expose.ts";

export * from "./ops/sparse.gen.ts";
export { CompressedTensor } from "./sparse/compressed.ts";
export { SparseTensor } from "./sparse/coo.ts";
export {
  sparse_bsc_tensor,
  sparse_bsr_tensor,
  sparse_compressed_tensor,
  sparse_csc_tensor,
  sparse_csr_tensor,
} from "./sparse/construct_compressed.ts";
export { sparse_coo_tensor, type SparseOptions } from "./sparse/construct.ts";

installMethods();
