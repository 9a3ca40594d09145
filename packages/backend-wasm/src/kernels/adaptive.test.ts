import { manual_seed, rand, randn, type Tensor } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { beforeAll, expect, it } from "vitest";
import { expectClose, install } from "../testing.ts";

beforeAll(async () => {
  await install();
  manual_seed(0);
});

/** Sizes of which the host, too, computes some: a large, a small and an odd one. */
const SIZES = [3000, 10, 1031];

it.each<[string, number, readonly unknown[]]>([
  ["rmsprop", 3, [0.01, 0.9, 1e-3, 0.1, 0.8, true, false]],
  ["adagrad", 1, [[0.1, 0.2, 0.3], 1e-3, 0.1, false]],
  ["adamax", 2, [[0.1, 0.2, 0.3], 0.9, 0.99, 1e-3, 0.1, true]],
  ["nadam", 2, [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.5, 0.4, 0.3], 0.9, 0.99, 1e-3, 0.1]],
  ["radam", 2, [[0.1, 0.2, 0.3], [0.3, 0, 0.1], [0.5, 0.4, 0.3], 0.01, 0.9, 0.99, 1e-3, 0.1]],
])("a step of %s is the cpu's, parameters and state", (name, states, rest) => {
  const lists = Array.from({ length: 2 + states }, (_, k) =>
    SIZES.map((n) => (k < 2 ? randn(n) : k === 2 ? rand(n).add(1) : rand(n).mul(0.1))),
  );
  const results = ["cpu", "wasm"].map((device) => {
    const own = lists.map((list) => list.map((x): Tensor => x.clone().to(device)));
    callOp(`_fused_${name}_`, ...own, ...rest);
    return own.flat();
  }) as [Tensor[], Tensor[]];
  results[1].forEach((x, i) => expectClose(x, results[0][i]!, 2e-6));
});

it("leaves out the state that is not there", () => {
  const [p, g, square] = [randn(3000), randn(3000), rand(3000)];
  const results = ["cpu", "wasm"].map((device) => {
    const own = [p, g, square].map((x): Tensor[] => [x.clone().to(device)]);
    callOp("_fused_rmsprop_", ...own, [], [], 0.01, 0.9, 1e-3, 0, 0, false, false);
    return own[0]![0]!;
  }) as [Tensor, Tensor];
  expectClose(results[1], results[0], 2e-6);
  expect(results[1].sub(p.to("wasm")).abs().sum().item()).toBeGreaterThan(0);
});
