import * as torch from "@tt/torch";
import type { Tensor } from "@tt/torch";
import type { Workload } from "../workload.ts";

const F = torch.nn.functional;

const gemm = (n: number): Workload => ({
  id: `gemm.${n}`,
  flops: 2 * n ** 3,
  setup: ({ device }) => {
    const a = torch.rand(n, n).to(device);
    const b = torch.rand(n, n).to(device);
    return () => a.mm(b);
  },
});

interface ConvShape {
  readonly input: readonly number[];
  readonly weight: readonly number[];
  readonly padding: number;
}

const CONVOLUTIONS: Readonly<Record<string, ConvShape>> = {
  mnist1: { input: [64, 1, 28, 28], weight: [10, 1, 5, 5], padding: 0 },
  mnist2: { input: [64, 10, 12, 12], weight: [20, 10, 5, 5], padding: 0 },
  c3x3: { input: [32, 64, 32, 32], weight: [64, 64, 3, 3], padding: 1 },
  c1x1: { input: [1, 256, 128, 128], weight: [256, 256, 1, 1], padding: 0 },
};

function convolution(name: string, part: "fwd" | "gx" | "gw"): Workload {
  const { input, weight, padding } = CONVOLUTIONS[name]!;
  return {
    id: `conv.${name}.${part}`,
    setup: ({ device }) => {
      const x = torch.rand(input).to(device);
      const w = torch.rand(weight).to(device);
      if (part === "fwd") return () => F.conv2d(x, w, null, { padding });
      const leaf: Tensor = part === "gx" ? x : w;
      leaf.requires_grad = true;
      const out = F.conv2d(x, w, null, { padding });
      const g = torch.ones_like(out);
      return () => torch.autograd.grad(out, leaf, g, { retain_graph: true });
    },
  };
}

/** Matrix products and convolutions. */
export const linear: readonly Workload[] = [
  ...[64, 256, 512, 1024].map(gemm),
  ...Object.keys(CONVOLUTIONS).flatMap((name) => (["fwd", "gx", "gw"] as const).map((part) => convolution(name, part))),
];
