import * as torch from "@tt/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gpu, type GpuBackend, type GpuOptions } from "../src/index.ts";

/** What device "gpu" does when gpu.js computes, in a mode of its. */
export function describeMode(mode: NonNullable<GpuOptions["mode"]>, options: GpuOptions = {}): void {
  describe(`gpu.js in mode ${mode}`, () => {
    let backend: GpuBackend;
    beforeAll(async () => {
      backend = await gpu({ mode, ...options });
      await torch.use(backend, { default: false });
    });
    afterAll(() => {
      backend.destroy();
      torch.unregisterBackend("gpu");
    });

    const check = (run: (device: string) => torch.Tensor): void => {
      torch.manual_seed(3);
      const want = run("cpu");
      torch.manual_seed(3);
      const got = run("gpu");
      expect(got.device.type).toBe("gpu");
      expect(got.shape).toEqual(want.shape);
      expect(got.dtype).toBe(want.dtype);
      const [a, b] = [got.cpu(), want];
      expect(
        torch.allclose(a.to(torch.float64), b.to(torch.float64), { rtol: 1e-5, atol: 1e-6, equal_nan: true }),
      ).toBe(true);
    };
    /** What the kernels of gpu.js do, the host must not do. */
    const checkDevice = (run: (device: string) => torch.Tensor): void => {
      const { uses } = backend as unknown as { uses: ReadonlyMap<string, number> };
      const before = new Map(uses);
      check(run);
      const moves = new Set(["copy", "draw", "fill"]);
      const host = [...uses].filter(([name, count]) => count > (before.get(name) ?? 0) && !moves.has(name));
      expect(host).toEqual([]);
    };
    const a = (device: string): torch.Tensor => torch.randn(5, 7).to(device);

    test("says what it is", () => {
      expect(backend.caps).toMatchObject({ provider: "gpujs", mode, syncRead: "native" });
    });

    test.each(["relu", "sigmoid", "tanh", "exp", "erf", "abs", "sign", "square", "sqrt", "sin", "cos", "neg"] as const)(
      "%s",
      (name) => checkDevice((device) => a(device)[name]()),
    );

    test("element-wise operations on operands that are broadcast, transposed or sliced", () => {
      checkDevice((device) => a(device).add(torch.ones(7, { device }), { alpha: 2 }));
      checkDevice((device) => a(device).t().mul(torch.randn(7, 1).to(device)));
      checkDevice((device) => a(device).at("1:4", "::2").div(3));
      checkDevice((device) => a(device).gt(0));
      checkDevice((device) => torch.where(a(device).gt(0), a(device), a(device).mul(-2)));
      checkDevice((device) => a(device).clamp(-0.5, 0.5));
    });

    test("nan comes through", () => {
      check((device) => torch.tensor([NaN, 1, -1]).to(device).relu().isnan());
      check((device) =>
        torch
          .tensor([NaN, 1])
          .to(device)
          .maximum(torch.tensor([1, NaN]).to(device))
          .isnan(),
      );
    });

    test("reductions", () => {
      checkDevice((device) => a(device).sum());
      checkDevice((device) => a(device).mean(0));
      checkDevice((device) => a(device).t().amax(1));
      checkDevice((device) => torch.randn(3, 4, 5).to(device).sum([0, 2]));
      checkDevice((device) => a(device).amin([0], { keepdim: true }));
    });

    test("matrix products, of transposes and batches too", () => {
      checkDevice((device) => a(device).matmul(torch.randn(7, 3).to(device)));
      checkDevice((device) => a(device).t().mm(a(device)));
      checkDevice((device) =>
        torch
          .randn(2, 3, 4)
          .to(device)
          .bmm(torch.randn(2, 4, 5).to(device)),
      );
    });

    test("in-place work, views of what was computed, other dtypes and the rest of the library", () => {
      check((device) => a(device).relu_().add_(1).t().contiguous());
      check((device) => torch.arange(10).to(device).mul(3));
      check((device) => a(device).softmax(1));
      check((device) => {
        const x = a(device).exp();
        x.at(0).fill_(3);
        return x.log();
      });
      check((device) => a(device).sort(1)[0]);
    });

    test("custom kernels", async () => {
      const product = await backend.kernel(
        `function(a, b, s) {
        let sum = 0;
        for (let i = 0; i < this.constants.n; i++) sum += a[this.thread.y][i] * b[i][this.thread.x];
        return sum * s;
      }`,
        { output: [3, 5], constants: { n: 7 } },
      );
      check((device) => {
        const [x, y] = [a(device), torch.randn(7, 3).to(device)];
        return device === "gpu" ? product(x, y, 2) : x.matmul(y).mul(2);
      });
    });
  });
}
