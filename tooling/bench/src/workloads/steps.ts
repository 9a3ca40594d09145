import * as torch from "@tt/torch";
import type { Tensor } from "@tt/torch";
import type { Workload } from "../workload.ts";

const { nn, optim } = torch;
const F = nn.functional;

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 10, { kernel_size: 5 });
  conv2 = new nn.Conv2d(10, 20, { kernel_size: 5 });
  conv2_drop = new nn.Dropout2d();
  fc1 = new nn.Linear(320, 50);
  fc2 = new nn.Linear(50, 10);

  override forward(input: Tensor): Tensor {
    let x = F.relu(F.max_pool2d(this.conv1(input), 2));
    x = F.relu(F.max_pool2d(this.conv2_drop(this.conv2(x)), 2));
    x = F.relu(this.fc1(x.view(-1, 320)));
    return F.log_softmax(this.fc2(x), { dim: 1 });
  }
}

/** Whole training programs and steps. */
export const steps: readonly Workload[] = [
  {
    id: "curve",
    setup:
      ({ device }) =>
      () => {
        torch.manual_seed(1);
        const w = torch.randn([3, 1], { device, requires_grad: true });
        const optimiser = new optim.Adam([w], 0.1);
        for (let i = 0; i < 1000; i++) {
          const x = torch.rand(100, { device }).mul(20).sub(10);
          const y = x.mul(5).mul(x).add(3);
          const features = torch.stack([x.mul(x), x, torch.ones_like(x)], 1);
          const loss = F.mse_loss(torch.squeeze(features.matmul(w), 1), y);
          optimiser.zero_grad();
          loss.backward();
          optimiser.step();
        }
      },
  },
  {
    id: "mnist",
    setup: ({ device, read = true }) => {
      torch.manual_seed(1);
      const model = new Net().to(device);
      const optimiser = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.5 });
      const data = torch.rand(64, 1, 28, 28).to(device);
      const target = torch.randint(0, 10, [64]).to(device);
      return () => {
        optimiser.zero_grad();
        const loss = F.nll_loss(model(data), target);
        loss.backward();
        optimiser.step();
        return read ? loss.item() : loss;
      };
    },
  },
  {
    id: "lstm",
    setup: ({ device }) => {
      torch.manual_seed(1);
      const model = new nn.LSTM(200, 200).to(device);
      const optimiser = new optim.SGD(model.parameters(), { lr: 0.01 });
      const data = torch.rand(35, 32, 200).to(device);
      return () => {
        optimiser.zero_grad();
        const [output] = model(data);
        const loss = output.pow(2).mean();
        loss.backward();
        optimiser.step();
        return loss.item();
      };
    },
  },
  {
    id: "optim.adam",
    setup: ({ device }) => {
      const params = Array.from({ length: 50 }, () => new nn.Parameter(torch.rand(20_000).to(device)));
      for (const p of params) p.grad = torch.rand(20_000).to(device);
      const optimiser = new optim.Adam(params, { lr: 1e-3 });
      return () => optimiser.step();
    },
  },
];
