import { manual_seed, ones, rand, randn, type Tensor } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { beforeAll, describe, it } from "vitest";
import { expectSame, install } from "../testing.ts";

beforeAll(async () => {
  await install();
  manual_seed(0);
});

const SHAPES = { planes: [8, 5, 7, 9], rows: [300, 7], series: [16, 12, 33], "one example": [1, 20, 16, 16] };

describe.each(Object.entries(SHAPES))("%s", (_, shape) => {
  const channels = shape[1]!;
  const make = (): Tensor[] => [randn(shape).mul(3).add(2), rand(channels), randn(channels)];
  const train = (x: Tensor, w: Tensor | null, b: Tensor | null): Tensor[] =>
    callOp("_batch_norm_train", x, w, b, 1e-5) as unknown as Tensor[];

  it("training", () => {
    for (const i of [0, 1, 2, 3]) {
      expectSame(make(), (x, w, b) => train(x, w, b)[i]!);
      expectSame(make().slice(0, 1), (x) => train(x, null, null)[i]!);
    }
  });

  it("evaluation", () => {
    expectSame([...make(), randn(channels), rand(channels).add(0.1)], (x, w, b, m, v) =>
      callOp("_batch_norm_eval", x, w, b, m, v, 1e-5),
    );
  });

  it.each([true, false])("gradients, training: %s", (training) => {
    for (const i of [0, 1, 2]) {
      expectSame(
        [randn(shape), ...make().slice(0, 2), randn(channels), rand(channels).add(0.1)],
        (g, x, w, m, s) => (callOp("_batch_norm_backward", g, x, w, m, s, training, 1e-5) as unknown as Tensor[])[i]!,
      );
    }
  });
});

it("reads operands that are not dense", () => {
  expectSame(
    [randn(9, 8, 30), ones(8)],
    (x, w) => (callOp("_batch_norm_train", x.permute(2, 1, 0), w, null, 1e-5) as unknown as Tensor[])[0]!,
  );
});
