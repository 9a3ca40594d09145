/** Optimizers and learning-rate schedulers. */
import "@tt/core/neural";

export { Optimizer, type StepHook } from "./optimizer/optimizer.ts";
export type { LoadableStateDict } from "./optimizer/state_dict.ts";
export type * from "./optimizer/types.ts";
export { Adafactor, type AdafactorOptions } from "./algorithms/adafactor.ts";
export { Adadelta, type AdadeltaOptions } from "./algorithms/adadelta.ts";
export { Adagrad, type AdagradOptions } from "./algorithms/adagrad.ts";
export { Adam } from "./algorithms/adam.ts";
export type { AdamOptions } from "./algorithms/adam_family.ts";
export { Adamax, type AdamaxOptions } from "./algorithms/adamax.ts";
export { AdamW, type AdamWOptions } from "./algorithms/adamw.ts";
export { ASGD, type ASGDOptions } from "./algorithms/asgd.ts";
export { LBFGS, type LBFGSOptions } from "./algorithms/lbfgs/lbfgs.ts";
export { Muon, type MuonAdjustment, type MuonOptions } from "./algorithms/muon.ts";
export { NAdam, type NAdamOptions } from "./algorithms/nadam.ts";
export { RAdam, type RAdamOptions } from "./algorithms/radam.ts";
export { RMSprop, type RMSpropOptions } from "./algorithms/rmsprop.ts";
export { Rprop, type RpropOptions } from "./algorithms/rprop.ts";
export { SGD, type SGDOptions } from "./algorithms/sgd.ts";
export { SparseAdam, type SparseAdamOptions } from "./algorithms/sparse_adam.ts";
export * as lr_scheduler from "./lr_scheduler/index.ts";
export { SWALR, type SWALROptions } from "./lr_scheduler/swa_lr.ts";
