import * as torch from "@tt/torch";
import type { Tensor } from "@tt/torch";
import type { Workload } from "../workload.ts";

const { nn, optim } = torch;
const F = nn.functional;

const [BATCH, LENGTH, WIDTH, HEADS, TOKENS] = [8, 128, 256, 4, 512];

class Block extends nn.Module {
  ln1 = new nn.LayerNorm(WIDTH);
  ln2 = new nn.LayerNorm(WIDTH);
  qkv = new nn.Linear(WIDTH, 3 * WIDTH);
  proj = new nn.Linear(WIDTH, WIDTH);
  up = new nn.Linear(WIDTH, 4 * WIDTH);
  down = new nn.Linear(4 * WIDTH, WIDTH);

  override forward(x: Tensor): Tensor {
    const [q, k, v] = this.qkv(this.ln1(x))
      .split(WIDTH, 2)
      .map((part: Tensor) => part.view(BATCH, LENGTH, HEADS, WIDTH / HEADS).transpose(1, 2)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const y = F.scaled_dot_product_attention(q, k, v, null, 0, true);
    const z = x.add(this.proj(y.transpose(1, 2).contiguous().view(BATCH, LENGTH, WIDTH)));
    return z.add(this.down(F.gelu(this.up(this.ln2(z)))));
  }
}

class GPT extends nn.Module {
  tokens = new nn.Embedding(TOKENS, WIDTH);
  positions = new nn.Embedding(LENGTH, WIDTH);
  blocks = new nn.Sequential(new Block(), new Block());
  ln = new nn.LayerNorm(WIDTH);
  head = new nn.Linear(WIDTH, TOKENS, false);

  override forward(index: Tensor): Tensor {
    const places = torch.arange(LENGTH, { device: index.device });
    return this.head(this.ln(this.blocks(this.tokens(index).add(this.positions(places)))));
  }
}

/** A training step of a small transformer. */
export const gpt: readonly Workload[] = [
  {
    id: "gpt",
    setup: ({ device, read = true }) => {
      torch.manual_seed(1);
      const model = new GPT().to(device);
      const optimiser = new optim.AdamW(model.parameters(), { lr: 1e-3 });
      const index = torch.randint(0, TOKENS, [BATCH, LENGTH]).to(device);
      const target = torch.randint(0, TOKENS, [BATCH, LENGTH]).to(device);
      return () => {
        optimiser.zero_grad();
        const loss = F.cross_entropy(model(index).view(-1, TOKENS), target.view(-1));
        loss.backward();
        optimiser.step();
        return read ? loss.item() : loss;
      };
    },
  },
];
