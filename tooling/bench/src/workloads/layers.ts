import * as torch from "@tt/torch";
import type { Tensor } from "@tt/torch";
import type { Workload } from "../workload.ts";

const F = torch.nn.functional;

/** Forward and backward of a function of `count` tensors of this shape. */
const step = (id: string, shape: number[], count: number, run: (...inputs: Tensor[]) => Tensor): Workload => ({
  id,
  setup: ({ device }) => {
    const inputs = Array.from({ length: count }, () => torch.rand(shape).to(device).requires_grad_());
    const grad = run(...inputs).detach();
    return () => torch.autograd.grad([run(...inputs)], inputs, [grad]);
  },
});

const targeted = (id: string, run: (x: Tensor, target: Tensor) => Tensor): Workload => ({
  id,
  setup: ({ device }) => {
    const x = torch.rand(1000, 1000).to(device).requires_grad_();
    const target = torch.rand(1000, 1000).to(device);
    return () => torch.autograd.grad([run(x, target)], [x]);
  },
});

/** Parts of networks, forward and backward. */
export const layers: readonly Workload[] = [
  step("gelu.step", [1000, 1000], 1, (x) => F.gelu(x)),
  step("softmax.step", [1000, 1000], 1, (x) => x.softmax(-1)),
  step("log_softmax.step", [1000, 1000], 1, (x) => x.log_softmax(-1)),
  step("log_softmax.dim1.step", [64, 100, 150], 1, (x) => x.log_softmax(1)),
  {
    id: "softmax.masked",
    setup: ({ device }) => {
      const hidden = torch.ones(1000, 1000).triu(1).mul(-95).to(device);
      return () => hidden.softmax(-1);
    },
  },
  {
    id: "layer_norm.step",
    setup: ({ device }) => {
      const x = torch.rand(1000, 1000).to(device).requires_grad_();
      const [w, b] = [torch.rand(1000).to(device).requires_grad_(), torch.rand(1000).to(device).requires_grad_()];
      const grad = torch.rand(1000, 1000).to(device);
      return () => torch.autograd.grad([F.layer_norm(x, [1000], w, b)], [x, w, b], [grad]);
    },
  },
  {
    id: "group_norm.step",
    setup: ({ device }) => {
      const x = torch.rand(16, 64, 32, 32).to(device).requires_grad_();
      const [w, b] = [torch.rand(64).to(device).requires_grad_(), torch.rand(64).to(device).requires_grad_()];
      const grad = torch.rand(16, 64, 32, 32).to(device);
      return () => torch.autograd.grad([F.group_norm(x, 8, w, b)], [x, w, b], [grad]);
    },
  },
  {
    id: "batch_norm.step",
    setup: ({ device }) => {
      const x = torch.rand(16, 64, 32, 32).to(device).requires_grad_();
      const [w, b] = [torch.rand(64).to(device).requires_grad_(), torch.rand(64).to(device).requires_grad_()];
      const grad = torch.rand(16, 64, 32, 32).to(device);
      return () => torch.autograd.grad([F.batch_norm(x, null, null, w, b, true)], [x, w, b], [grad]);
    },
  },
  targeted("mse_loss.step", (x, target) => F.mse_loss(x, target)),
  targeted("smooth_l1_loss.step", (x, target) => F.smooth_l1_loss(x, target)),
  targeted("bce_with_logits.step", (x, target) => F.binary_cross_entropy_with_logits(x, target)),
  {
    id: "embedding_bag.step",
    setup: ({ device }) => {
      const weight = torch.rand(10_000, 256).to(device).requires_grad_();
      const index = torch.randint(0, 10_000, [128, 32]).to(device);
      return () => torch.autograd.grad([F.embedding_bag(index, weight).sum()], [weight]);
    },
  },
  {
    id: "lstm_cell.step",
    setup: ({ device }) => {
      const cell = new torch.nn.LSTMCell(200, 200).to(device);
      const [x, h, c] = [
        torch.rand(32, 200).to(device),
        torch.rand(32, 200).to(device),
        torch.rand(32, 200).to(device),
      ];
      const parameters = [...cell.parameters()];
      return () => {
        const [next] = cell(x, [h, c]);
        return torch.autograd.grad([next.sum()], parameters);
      };
    },
  },
  {
    id: "attention.step",
    setup: ({ device }) => {
      const [q, k, v] = Array.from({ length: 3 }, () => torch.rand(8, 4, 128, 64).to(device).requires_grad_()) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      return () => torch.autograd.grad([F.scaled_dot_product_attention(q, k, v).sum()], [q, k, v]);
    },
  },
];
