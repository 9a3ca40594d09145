import { manual_seed, rand, randn, type Tensor } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { beforeAll, describe, it } from "vitest";
import { expectSame, install } from "../testing.ts";

beforeAll(async () => {
  await install({ small_storage: 0 });
  manual_seed(0);
});

type Sizes = readonly number[];
type Max = readonly [kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: boolean];

const MAXIMA: Readonly<Record<string, { readonly input: Sizes; readonly window: Max }>> = {
  "2 x 2": { input: [3, 4, 9, 10], window: [[2, 2], [2, 2], [0, 0], [1, 1], false] },
  "2 x 2, ceil": { input: [3, 4, 9, 11], window: [[2, 2], [2, 2], [0, 0], [1, 1], true] },
  "2 x 2, wide": { input: [3, 7, 26], window: [[2, 2], [2, 2], [0, 0], [1, 1], false] },
  overlapping: { input: [2, 3, 11, 12], window: [[3, 2], [2, 1], [1, 1], [1, 1], false] },
  dilated: { input: [5, 13, 12], window: [[3, 2], [1, 2], [1, 0], [2, 3], false] },
  "one dimension": { input: [2, 3, 1, 17], window: [[1, 3], [1, 2], [0, 1], [1, 1], false] },
  "three dimensions": { input: [2, 3, 6, 7, 8], window: [[2, 3, 2], [2, 1, 2], [1, 1, 0], [1, 1, 2], true] },
};

describe.each(Object.entries(MAXIMA))("maxima: %s", (_, { input, window }) => {
  const rank = window[0].length;
  const pool = (x: Tensor): [Tensor, Tensor] => callOp(`max_pool${rank}d_with_indices`, x, ...window) as never;
  it.each(["float32", "float64"] as const)("%s", (dtype) => {
    const make = (): Tensor => (dtype === "float32" ? randn([...input]) : randn([...input]).double());
    const x = make();
    const [out, indices] = pool(x);
    expectSame([x], (x) => pool(x)[0]);
    expectSame([x], (x) => pool(x)[1].float());
    const g = out.new_ones(out.shape).mul(2);
    expectSame([g, indices], (g, at) => callOp("_max_pool_backward", g, at, input, rank));
  });
});

type Mean = readonly [
  kernel: Sizes,
  stride: Sizes,
  padding: Sizes,
  ceil: boolean,
  pad: boolean,
  divisor: number | null,
];

const MEANS: Readonly<Record<string, { readonly input: Sizes; readonly window: Mean }>> = {
  "2 x 2": { input: [3, 4, 9, 10], window: [[2, 2], [2, 2], [0, 0], false, true, null] },
  padded: { input: [3, 4, 9, 10], window: [[3, 2], [2, 1], [1, 1], true, true, null] },
  "without the padding": { input: [4, 9, 10], window: [[3, 2], [2, 1], [1, 1], true, false, null] },
  "a divisor": { input: [3, 4, 9, 10], window: [[3, 2], [2, 1], [1, 1], false, true, 5] },
  "three dimensions": { input: [2, 3, 6, 7, 8], window: [[2, 3, 2], [2, 1, 2], [1, 1, 0], false, false, null] },
};

describe.each(Object.entries(MEANS))("means: %s", (_, { input, window }) => {
  const name = `avg_pool${window[0].length}d`;
  it("forward", () => expectSame([rand([...input])], (x) => callOp(name, x, ...window)));
  it("backward", () => {
    const shape = callOp(name, rand([...input]), ...window).shape;
    expectSame([rand([...shape])], (g) => callOp(`_${name}_backward`, g, input, ...window));
  });
});

describe("adaptive", () => {
  it("means", () => {
    expectSame([rand(2, 3, 7, 11)], (x) => callOp("adaptive_avg_pool2d", x, [3, 4]));
    expectSame([rand(2, 3, 5, 7, 6)], (x) => callOp("adaptive_avg_pool3d", x, [2, 3, 6]));
    expectSame([rand(2, 3, 3, 4)], (g) => callOp("_adaptive_avg_pool2d_backward", g, [2, 3, 7, 11]));
  });
  it("maxima", () => {
    expectSame([randn(2, 3, 7, 11)], (x) => (callOp("adaptive_max_pool2d", x, [3, 4]) as unknown as [Tensor])[0]);
    expectSame([randn(2, 3, 7, 11)], (x) =>
      (callOp("adaptive_max_pool2d", x, [3, 4]) as unknown as [Tensor, Tensor])[1].float(),
    );
  });
});
