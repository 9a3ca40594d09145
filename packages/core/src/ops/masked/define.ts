import { type Bound, defineOp, type Op } from "../../dispatch/op.ts";

const MASK = "`mask`, which broadcasts to the input, is true for elements that take part; without a mask all do.";

/**
 * Defines `torch.masked.NAME`.
 * @param params - what comes between the input and the keywords
 * @param keywords - keywords besides `dtype` and `mask`
 */
export function defineMasked(
  name: string,
  params: string,
  keywords: string,
  doc: string,
  decompose: (...args: Bound[]) => unknown,
  example?: string,
): Op {
  return defineOp({
    schema: `masked_${name}(Tensor input, ${params}, *, ${keywords}ScalarType? dtype=None, Tensor? mask=None) -> Tensor`,
    doc: `${doc} ${MASK}`,
    ...(example === undefined ? {} : { example }),
    namespace: "masked",
    variants: "function",
    out: false,
    decompose,
  });
}
