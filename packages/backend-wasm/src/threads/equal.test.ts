import { manual_seed, rand, randn, type Tensor } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { get_num_threads, set_num_threads } from "@tt/core/threads";
import { beforeAll, describe, expect, it } from "vitest";
import { install } from "../testing.ts";

beforeAll(async () => {
  await install({ threads: 3 });
  manual_seed(0);
});

const x = (...shape: number[]): Tensor => randn(shape).to("wasm");
const geometry = [[1, 1], [1, 1], [1, 1], false, [0, 0], 1] as const;

/** What an op gives for inputs that are made once. */
type Case = () => () => Tensor | readonly Tensor[];

const CASES: Readonly<Record<string, Case>> = {
  "a sum of two": () => {
    const [a, b] = [x(777, 513), x(777, 513)];
    return () => a.add(b);
  },
  "an exponential of a broadcast product": () => {
    const [a, b] = [x(301, 1, 203), x(5, 203)];
    return () => a.mul(b).exp();
  },
  "sums over everything, rows and columns": () => {
    const a = x(1234, 765);
    return () => [a.sum(), a.sum(1), a.sum(0), a.mean([0, 1])];
  },
  "softmax and its gradients": () => {
    const [a, g] = [x(600, 501), x(600, 501)];
    return () => {
      const [y, z] = [a.softmax(1), a.log_softmax(1)];
      return [y, z, callOp("_softmax_backward_data", g, y, 1), callOp("_log_softmax_backward_data", g, z, 1)];
    };
  },
  "layer norm and its gradients": () => {
    const [a, g, w, b] = [x(700, 333), x(700, 333), x(333), x(333)];
    return () => {
      const [y, mean, rstd] = callOp("native_layer_norm", a, [333], w, b, 1e-5) as unknown as Tensor[];
      return [y!, ...(callOp("_layer_norm_backward", g, a, mean!, rstd!, w, [333]) as unknown as Tensor[])];
    };
  },
  "matrix products": () => {
    const [a, b] = [x(301, 257), x(257, 203)];
    const [c, d] = [x(6, 90, 100), x(6, 100, 70)];
    return () => [a.mm(b), c.bmm(d)];
  },
  "convolutions and their gradients": () => {
    const [a, w, g] = [x(5, 16, 29, 31), x(24, 16, 3, 3), x(5, 24, 29, 31)];
    return () => [
      callOp("convolution", a, w, null, ...geometry),
      callOp("_convolution_input_gradient", g, w, a.shape, ...geometry),
      callOp("_convolution_weight_gradient", g, a, w.shape, ...geometry),
    ];
  },
  "a step of Adam": () => {
    const state = Array.from({ length: 5 }, () => rand(100_003));
    return () => {
      const now = state.map((tensor) => tensor.to("wasm"));
      callOp("_fused_adam_", ...now.map((tensor) => [tensor]), [3], 0.01, 0.9, 0.99, 0.1, 1e-8, false, false);
      return now;
    };
  },
};

describe("results are the same on one, two and three threads", () => {
  it.each(Object.entries(CASES))("%s", (_, make) => {
    const compute = make();
    const run = (threads: number): Buffer[] => {
      set_num_threads(threads);
      expect(get_num_threads()).toBe(threads);
      return [compute()].flat().map((tensor) => Buffer.from((tensor.cpu().array as Float32Array).slice().buffer));
    };
    const want = run(1);
    for (const threads of [2, 3, 3, 2, 3]) {
      const got = run(threads);
      expect(want.map((bytes, i) => bytes.equals(got[i]!))).toEqual(want.map(() => true));
    }
  });
});
