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

/** On 1000 x 1000 floats. */
const square = (id: string, run: (x: Tensor) => unknown): Workload => one(id, (a) => run(a.view(1000, 1000)));

/** Single ops over a million floats. */
export const elementwise: readonly Workload[] = [
  one("ew.add", (a, b) => a.add(b)),
  one("ew.mul", (a, b) => a.mul(b)),
  one("ew.exp", (a) => a.exp()),
  one("ew.tanh", (a) => a.tanh()),
  one("ew.sum", (a) => a.sum()),
  one("ew.log", (a) => a.log()),
  one("ew.sin", (a) => a.sin()),
  one("ew.gelu", (a) => torch.nn.functional.gelu(a)),
  one("ew.sigmoid", (a) => a.sigmoid()),
  one("ew.pow", (a) => a.pow(2.5)),
  one("ew.fill", (a) => a.fill_(1)),
  square("ew.add.transposed", (x) => x.add(x.t())),
  one("ew.lt", (a, b) => a.lt(b)),
  {
    id: "ew.where",
    setup: ({ device }) => {
      const [a, b] = [torch.rand(N).to(device), torch.rand(N).to(device)];
      const condition = a.gt(0.5);
      return () => torch.where(condition, a, b);
    },
  },
  square("sum.columns", (x) => x.sum(0)),
  square("sum.rows", (x) => x.sum(1)),
  square("amax.rows", (x) => x.amax(1)),
  square("argmax.rows", (x) => x.argmax(1)),
  square("var.rows", (x) => x.var(1)),
  square("cumsum.columns", (x) => x.cumsum(0)),
  square("cumsum.rows", (x) => x.cumsum(1)),
  square("copy.transposed", (x) => x.t().contiguous()),
  square("copy.expanded", (x) => x.select(0, 0).expand(1000, 1000).contiguous()),
  one("copy.cast", (a) => a.to(torch.int64)),
];
