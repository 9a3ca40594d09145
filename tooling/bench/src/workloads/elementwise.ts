import * as torch from "@tt/torch";
import type { Tensor } from "@tt/torch";
import type { Workload } from "../workload.ts";

const N = 1_000_000;

const one = (id: string, run: (a: Tensor, b: Tensor) => unknown): Workload => ({
  id,
  setup: ({ device }) => {
    const a = torch.rand(N).to(device);
    const b = torch.rand(N).to(device);
    return () => run(a, b);
  },
});

/** Single ops over a million floats. */
export const elementwise: readonly Workload[] = [
  one("ew.add", (a, b) => a.add(b)),
  one("ew.mul", (a, b) => a.mul(b)),
  one("ew.exp", (a) => a.exp()),
  one("ew.tanh", (a) => a.tanh()),
  one("ew.sum", (a) => a.sum()),
];
