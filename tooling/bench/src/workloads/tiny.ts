import * as torch from "@tt/torch";
import type { Workload } from "../workload.ts";

/** Ops so small that only the overhead of a call counts. */
export const tiny: readonly Workload[] = [
  {
    id: "tiny.add",
    setup: ({ device }) => {
      const a = torch.rand(3, 1, { device });
      const b = torch.rand(3, 1, { device });
      return () => a.add(b);
    },
  },
  {
    id: "tiny.add.grad",
    setup: ({ device }) => {
      const a = torch.rand(3, 1, { device, requires_grad: true });
      const b = torch.rand(3, 1, { device });
      return () => a.add(b);
    },
  },
  {
    id: "tiny.matmul",
    setup: ({ device }) => {
      const a = torch.rand(4, 4, { device });
      const b = torch.rand(4, 4, { device });
      return () => a.matmul(b);
    },
  },
  {
    id: "tiny.addsum.fwdbwd",
    setup: ({ device }) => {
      const a = torch.rand(3, 1, { device, requires_grad: true });
      const b = torch.rand(3, 1, { device, requires_grad: true });
      return () => {
        a.grad = null;
        b.grad = null;
        a.add(b).sum().backward();
      };
    },
  },
];
