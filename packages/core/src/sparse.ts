/** torch.sparse: tensors in coordinate form, as `@tt/core/sparse`. */
import "./index.ts";
import { installMethods } from "./dispatch/expose.ts";

export * from "./ops/sparse.gen.ts";
export { SparseTensor } from "./sparse/coo.ts";
export { sparse_coo_tensor, type SparseOptions } from "./sparse/construct.ts";

installMethods();
