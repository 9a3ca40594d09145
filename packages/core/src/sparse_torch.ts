/** Functions of the main namespace on sparse tensors (`torch.hspmm`, `torch.crow_indices_copy`), exported as `@tt/core/sparse/torch`. */
import "./sparse.ts";

export * from "./ops/sparse_torch.gen.ts";
