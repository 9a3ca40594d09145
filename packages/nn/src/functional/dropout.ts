import { RuntimeError, ValueError } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import type { Tensor } from "@tt/core";
import { defineFunction } from "./define.ts";

function run(input: Tensor, p: number, training: boolean, inplace: boolean, feature: boolean, alpha: boolean): Tensor {
  if (p < 0 || p > 1) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${p}`);
  return callOp("_dropout", input, p, training, feature, alpha, inplace);
}

const parameters = (training: string): string =>
  `Tensor input, float p=0.5, bool training=${training}, bool inplace=False`;

defineFunction(
  `dropout(${parameters("True")}) -> Tensor`,
  "Zeroes elements with probability `p` and scales the others by 1 / (1 - p).",
  (input: Tensor, p: number, training: boolean, inplace: boolean) => run(input, p, training, inplace, false, false),
);

defineFunction(
  `alpha_dropout(${parameters("False")}) -> Tensor`,
  "Dropout that keeps mean and variance of self-normalising networks (Klambauer et al. 2017).",
  (input: Tensor, p: number, training: boolean, inplace: boolean) => run(input, p, training, inplace, false, true),
);

defineFunction(
  `feature_alpha_dropout(${parameters("False")}) -> Tensor`,
  "`alpha_dropout` of whole channels.",
  (input: Tensor, p: number, training: boolean, inplace: boolean) => run(input, p, training, inplace, true, true),
);

defineFunction(
  `dropout2d(${parameters("True")}) -> Tensor`,
  "Zeroes whole channels of [N, C, ...] with probability `p`.",
  (input: Tensor, p: number, training: boolean, inplace: boolean) => run(input, p, training, inplace, true, false),
);

for (const rank of [1, 3]) {
  defineFunction(
    `dropout${rank}d(${parameters("True")}) -> Tensor`,
    `Zeroes whole channels of [N, C, ...] or [C, ...] with ${rank} spatial dimensions with probability \`p\`.`,
    (input: Tensor, p: number, training: boolean, inplace: boolean) => {
      if (rank === 1 && input.ndim !== 2 && input.ndim !== 3) {
        throw new RuntimeError(
          `dropout1d: Expected 2D or 3D input, but received a ${input.ndim}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).`,
        );
      }
      if (input.ndim === rank + 2) return run(input, p, training, inplace, true, false);
      return run(input.unsqueeze(0), p, training, inplace, true, false).squeeze(0);
    },
  );
}
