import { gpu, type WebgpuBackend } from "@tt/backend-gpu";
import * as torch from "@tt/torch";
import { describe, expect, test, type TestContext, vi } from "vitest";

// The software GPU takes its time.
vi.setConfig({ testTimeout: 300_000 });

const { nn, optim } = torch;
const F = nn.functional;

type Gpu = Awaited<ReturnType<typeof gpu>>;
type Counts = ReturnType<Gpu["counts"]>;

let found: Promise<Gpu | Error> | null = null;

function onGpu(run: (backend: Gpu) => void): (context: TestContext) => Promise<void> {
  return async (context) => {
    found ??= torch.use(gpu({ toggles: ["disable_workgroup_init"] }), { default: false }).then(
      (backend) => backend as Gpu,
      (error: Error) => error,
    );
    const backend = await found;
    if (!(backend instanceof Error)) return run(backend);
    if (process.env["CI"]) throw backend;
    return context.skip(backend.message);
  };
}

/** What a step adds to the counts, once everything was made that steps need. */
function steady(backend: Gpu, step: () => number): Counts {
  for (let i = 0; i < 3; i++) torch.scope(step);
  const before = backend.counts();
  const loss = torch.scope(step);
  const after = backend.counts();
  expect(Number.isFinite(loss)).toBe(true);
  return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - before[name]!]));
}

describe("a training step in its steady state makes nothing and is submitted once", () => {
  test(
    "perceptron, SGD",
    onGpu((backend) => {
      torch.manual_seed(0);
      const net = new nn.Sequential(new nn.Linear(8, 16), new nn.ReLU(), new nn.Linear(16, 4)).to("gpu");
      const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
      const [x, y] = [torch.randn(8, 8).to("gpu"), torch.randint(0, 4, [8]).to("gpu")];
      const counts = steady(backend, () => {
        const loss = F.cross_entropy(net(x), y);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      expect(counts).toMatchObject({ submits: 1, pipelines: 0, bindGroups: 0, buffers: 0 });
    }),
  );
  test(
    "convolution, batch normalisation, Adam",
    onGpu((backend) => {
      torch.manual_seed(0);
      const net = new nn.Sequential(
        new nn.Conv2d(1, 4, { kernel_size: 3 }),
        new nn.BatchNorm2d(4),
        new nn.ReLU(),
        new nn.MaxPool2d(2),
        new nn.Flatten(),
        new nn.Linear(36, 3),
      ).to("gpu");
      const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
      const [x, y] = [torch.randn(4, 1, 8, 8).to("gpu"), torch.randint(0, 3, [4]).to("gpu")];
      const counts = steady(backend, () => {
        const loss = F.cross_entropy(net(x), y);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      expect(counts).toMatchObject({ submits: 1, pipelines: 0, bindGroups: 0, buffers: 0 });
    }),
  );
});

const [width, heads] = [16, 2];

class Attention extends nn.Module {
  qkv = new nn.Linear(width, 3 * width);
  proj = new nn.Linear(width, width);
  declare mask: torch.Tensor;

  constructor() {
    super();
    this.register_buffer("mask", torch.tril(torch.ones(8, 8)).bool());
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const [n, t, c] = x.shape as [number, number, number];
    const parts = this.qkv(x).split(c, { dim: 2 });
    const [q, k, v] = parts.map((z) => z.view(n, t, heads, c / heads).transpose(1, 2));
    const scores = q!.matmul(k!.transpose(-2, -1)).div(Math.sqrt(c / heads));
    const weights = F.softmax(scores.masked_fill(this.mask.logical_not(), -Infinity), { dim: -1 });
    return this.proj(weights.matmul(v!).transpose(1, 2).contiguous().view(n, t, c));
  }
}

class Block extends nn.Module {
  ln1 = new nn.LayerNorm(width);
  ln2 = new nn.LayerNorm(width);
  attention = new Attention();
  mlp = new nn.Sequential(new nn.Linear(width, 4 * width), new nn.GELU(), new nn.Linear(4 * width, width));

  override forward(input: torch.Tensor): torch.Tensor {
    const x = input.add(this.attention(this.ln1(input)));
    return x.add(this.mlp(this.ln2(x)));
  }
}

test(
  "a step of a small GPT takes at most 65 % of the dispatches that it takes op by op",
  onGpu((backend) => {
    torch.manual_seed(0);
    const embedding = new nn.Embedding(12, width).to("gpu");
    const body = new nn.Sequential(new Block(), new Block(), new nn.LayerNorm(width), new nn.Linear(width, 12)).to(
      "gpu",
    );
    const parameters = [...embedding.parameters(), ...body.parameters()];
    const optimizer = new optim.AdamW(parameters, { lr: 1e-3 });
    const x = torch.randint(0, 12, [2, 8]).to("gpu");
    const step = (): number => {
      const loss = F.cross_entropy(body(embedding(x)).view(-1, 12), x.view(-1));
      optimizer.zero_grad();
      loss.backward();
      nn.utils.clip_grad_norm_(parameters, 1);
      optimizer.step();
      return loss.item();
    };
    const counts = steady(backend, step);
    expect(counts).toMatchObject({ submits: 1, pipelines: 0, bindGroups: 0, buffers: 0 });
    const { queue } = (backend as WebgpuBackend).engine;
    queue.fusing = false;
    try {
      const separate = steady(backend, step);
      expect(counts["dispatches"]! / separate["dispatches"]!).toBeLessThan(0.65);
    } finally {
      queue.fusing = true;
    }
  }),
  180_000,
);
