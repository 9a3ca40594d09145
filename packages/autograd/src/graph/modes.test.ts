import { enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled, tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { detect_anomaly, is_anomaly_enabled } from "../index.ts";

const pause = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("grad modes", () => {
  it("hold for a callback and nest", () => {
    const seen = no_grad(() => [is_grad_enabled(), enable_grad(() => is_grad_enabled()), is_grad_enabled()]);
    expect([...seen, is_grad_enabled()]).toEqual([false, true, false, true]);
  });

  it("come back after a throw", () => {
    expect(() =>
      no_grad(() => {
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(is_grad_enabled()).toBe(true);
  });

  it("hold for the rest of a block with using", () => {
    const inside = (): boolean => {
      using _ = no_grad();
      return is_grad_enabled();
    };
    expect([inside(), is_grad_enabled()]).toEqual([false, true]);
  });

  it("belong to the async callback, not to what runs beside it", async () => {
    const inside: boolean[] = [];
    const task = no_grad(async () => {
      inside.push(is_grad_enabled());
      await pause(5);
      inside.push(is_grad_enabled());
      enable_grad(() => inside.push(is_grad_enabled()));
      inside.push(is_grad_enabled());
    });
    const beside = is_grad_enabled();
    await pause(1);
    const meanwhile = is_grad_enabled();
    await task;
    expect([inside, beside, meanwhile, is_grad_enabled()]).toEqual([[false, false, true, false], true, true, true]);
  });

  it("can be set until further notice", () => {
    set_grad_enabled(false);
    expect(tensor([1], { requires_grad: true }).mul(2).requires_grad).toBe(false);
    set_grad_enabled(true);
    expect(tensor([1], { requires_grad: true }).mul(2).requires_grad).toBe(true);
  });
});

describe("inference mode", () => {
  it("marks what is made in it, and views of that", () => {
    const x = tensor([1, 2], { requires_grad: true });
    const made = inference_mode(() => x.add(1));
    const views = inference_mode(() => [made.view(2), x.view(2)]);
    expect([made, ...views, x.add(1)].map((t) => t.is_inference())).toEqual([true, true, false, false]);
    expect(made.requires_grad).toBe(false);
    expect(() => made.add_(1)).toThrow("Inplace update to inference tensor outside InferenceMode");
  });
});

describe("anomaly mode", () => {
  it("names the line that made the failing node", () => {
    const x = tensor([0], { requires_grad: true });
    let message = "";
    detect_anomaly(() => {
      const y = x.sqrt().mul(0);
      try {
        y.sum().backward();
      } catch (error) {
        message = String(error);
      }
    });
    expect(message).toContain("Function 'SqrtBackward0' returned nan values in its 0th output.");
    expect(message).toContain("modes.test.ts");
    expect(is_anomaly_enabled()).toBe(false);
  });
});
