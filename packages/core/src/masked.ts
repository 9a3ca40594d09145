/** torch.masked: reductions and normalisations over the elements that a mask lets take part, as `@tt/core/masked`. */
import "./index.ts";

export * from "./ops/masked.gen.ts";
