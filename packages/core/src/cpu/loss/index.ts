export { ctcLoss, ctcLossBackward } from "./ctc_loss.ts";
export {
  multilabelMarginLoss,
  multilabelMarginLossBackward,
  multiMarginLoss,
  multiMarginLossBackward,
} from "./margin_loss.ts";
export { nllLoss, nllLossBackward, type Reduction } from "./nll_loss.ts";
