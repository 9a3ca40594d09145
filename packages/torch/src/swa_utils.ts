/** torch.optim.swa_utils */
import { utils } from "@tt/nn";

export { SWALR } from "@tt/optim";
export const AveragedModel: typeof utils.AveragedModel = utils.AveragedModel;
export const update_bn: typeof utils.update_bn = utils.update_bn;
