import type { Tensor } from "@tt/core";

/** What every optimizer's options have. */
export interface CommonOptions {
  /** Learning rate. */
  lr?: number;
}

/** Parameters with their own options, as optimizers are given them. */
export type ParamGroupInput<Options = CommonOptions> = Partial<Options> & {
  readonly params: Tensor | Iterable<Tensor>;
};

/** Parameters to optimize: tensors, or groups of them with options that differ from the defaults. */
export type Params<Options = CommonOptions> = Iterable<Tensor> | Iterable<ParamGroupInput<Options>>;

/** Parameters with all their options. */
export type ParamGroup<Options = CommonOptions> = Required<Options> & {
  params: Tensor[];
  lr: number;
  /** Learning rate before any scheduler changed it. */
  initial_lr?: number;
  [option: string]: unknown;
};

/** What an optimizer keeps for one parameter. */
// oxlint-disable-next-line typescript/no-explicit-any
export type ParamState = Record<string, any>;

/** An optimizer's state in PyTorch's layout: parameters are numbered through all groups. */
export interface OptimizerStateDict {
  state: Record<number | string, ParamState>;
  param_groups: (Record<string, unknown> & { params: number[] })[];
}

/** Recomputes the loss and its gradients. */
export type Closure<R> = () => R;

/** Options that PyTorch has for the sake of its own implementations. They are kept and change nothing. */
export interface ImplementationOptions {
  /** How PyTorch loops over parameters; tt decides by itself. */
  foreach?: boolean | null;
}
