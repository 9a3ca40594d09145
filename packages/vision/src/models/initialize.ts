import { BatchNorm2d, Conv2d, GroupNorm, init, Linear, type Module } from "@tt/nn";

export interface Initializers {
  readonly conv?: (conv: Conv2d) => void;
  readonly linear?: (linear: Linear) => void;
  /** Leaves the biases of convolutions as they are. */
  readonly keepConvBias?: boolean;
}

/** Draws the weights of all convolutions and linear layers in order; biases are zero, normalisation does nothing. */
export function initialize(model: Module, { conv, linear, keepConvBias = false }: Initializers): void {
  for (const m of model.modules()) {
    if (m instanceof Conv2d) {
      if (conv === undefined) continue;
      conv(m);
      if (m.bias !== null && !keepConvBias) init.zeros_(m.bias);
    } else if (m instanceof Linear) {
      if (linear === undefined) continue;
      linear(m);
      if (m.bias !== null) init.zeros_(m.bias);
    } else if (m instanceof BatchNorm2d || m instanceof GroupNorm) {
      if (m.weight !== null) init.ones_(m.weight);
      if (m.bias !== null) init.zeros_(m.bias);
    }
  }
}

/** He's normal weights by the number of outputs. */
export const kaimingFanOut = (m: Conv2d): void => {
  init.kaiming_normal_(m.weight, { mode: "fan_out", nonlinearity: "relu" });
};

/** Normal weights with a deviation of 0.01. */
export const normal001 = (m: Linear): void => {
  init.normal_(m.weight, 0, 0.01);
};
