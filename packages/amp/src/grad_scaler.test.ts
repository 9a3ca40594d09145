import { float16, tensor, type Tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { GradScaler } from "./index.ts";

class Descent {
  steps = 0;
  readonly param_groups: { params: Tensor[] }[];
  constructor(params: Tensor[]) {
    this.param_groups = [{ params }];
  }
  step(): string {
    this.steps++;
    return "stepped";
  }
}

function withGrad(value: number): { parameter: Tensor; optimizer: Descent } {
  const parameter = tensor([0]);
  parameter.gradTensor = tensor([value]);
  return { parameter, optimizer: new Descent([parameter]) };
}

describe("GradScaler", () => {
  it("scales tensors in lists", () => {
    const scaler = new GradScaler({ init_scale: 8 });
    const [a, [b]] = scaler.scale([tensor(1), [tensor([2, 3])]] as const);
    expect([a.item(), b.tolist()]).toEqual([8, [16, 24]]);
  });

  it("unscales, steps, and grows after the interval", () => {
    const scaler = new GradScaler("cpu", { init_scale: 4, growth_interval: 2 });
    const { parameter, optimizer } = withGrad(8);
    scaler.scale(tensor(1));
    scaler.unscale_(optimizer);
    expect(parameter.gradTensor!.tolist()).toEqual([2]);
    expect(() => scaler.unscale_(optimizer)).toThrow(
      "unscale_() has already been called on this optimizer since the last update().",
    );
    expect(scaler.step(optimizer)).toBe("stepped");
    expect(() => scaler.step(optimizer)).toThrow("step() has already been called since the last update().");
    expect(() => scaler.unscale_(optimizer)).toThrow("unscale_() is being called after step().");
    scaler.update();
    expect([scaler.get_scale(), scaler.state_dict()["_growth_tracker"]]).toEqual([4, 1]);
    scaler.step(optimizer);
    scaler.update();
    expect([scaler.get_scale(), scaler.state_dict()["_growth_tracker"]]).toEqual([8, 0]);
  });

  it("skips steps that overflowed and backs off", async () => {
    const scaler = new GradScaler({ init_scale: 4 });
    for (const value of [Number.POSITIVE_INFINITY, Number.NaN]) {
      const { optimizer } = withGrad(value);
      scaler.scale(tensor(1));
      expect(await scaler.stepAsync(optimizer)).toBe(null);
      expect(optimizer.steps).toBe(0);
      scaler.update();
    }
    expect(scaler.get_scale()).toBe(1);
    scaler.update(16);
    expect(scaler.get_scale()).toBe(16);
  });

  it("says what was forgotten", () => {
    const scaler = new GradScaler();
    const { parameter, optimizer } = withGrad(1);
    expect(() => scaler.step(optimizer)).toThrow("Attempted step but _scale is None");
    scaler.scale(tensor(1));
    expect(() => scaler.update()).toThrow("No inf checks were recorded prior to update.");
    parameter.gradTensor = tensor([1], { dtype: float16 });
    expect(() => scaler.unscale_(optimizer)).toThrow("Attempting to unscale FP16 gradients.");
    parameter.gradTensor = null;
    expect(() => scaler.step(optimizer)).toThrow("No inf checks were recorded for this optimizer.");
  });

  it("saves and loads, and passes through when disabled", () => {
    const scaler = new GradScaler({ init_scale: 2 });
    const state = { scale: 32, growth_factor: 3, backoff_factor: 0.25, growth_interval: 7, _growth_tracker: 5 };
    scaler.load_state_dict(state);
    expect(scaler.state_dict()).toEqual(state);
    expect(scaler.scale(tensor(1)).item()).toBe(32);
    expect(scaler.state_dict()).toEqual(state);
    expect(() => scaler.load_state_dict({})).toThrow("The source state dict is empty");
    const off = new GradScaler({ enabled: false });
    const loss = tensor(3);
    expect([off.get_scale(), off.state_dict(), off.scale(loss) === loss]).toEqual([1, {}, true]);
    expect(off.step(withGrad(1).optimizer)).toBe("stepped");
  });
});
