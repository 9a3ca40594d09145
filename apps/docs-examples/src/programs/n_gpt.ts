/** (n) A tiny GPT: two blocks, two heads, 64 wide; AdamW, warm-up and cosine. */

import * as torch from "@tt/torch";
import { grad_norms, type Run, runIfMain } from "./common.ts";
import { CHARS, decode, encode, TEXT } from "./text.ts";

const { nn } = torch;
const F = nn.functional;

export const options = { steps: 100 };

const [context, width, heads, depth, batch] = [32, 64, 2, 2, 16];

class Attention extends nn.Module {
  qkv = new nn.Linear(width, 3 * width);
  proj = new nn.Linear(width, width);
  declare mask: torch.Tensor;

  constructor() {
    super();
    this.register_buffer("mask", torch.tril(torch.ones(context, context)).bool().view(1, 1, context, context));
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const [n, t, c] = x.shape as [number, number, number];
    const [q, k, v] = this.qkv(x)
      .split(c, { dim: 2 })
      .map((z) => z.view(n, t, heads, c / heads).transpose(1, 2)) as [torch.Tensor, torch.Tensor, torch.Tensor];
    let scores = q.matmul(k.transpose(-2, -1)).div(Math.sqrt(c / heads));
    scores = scores.masked_fill(this.mask.at(":", ":", `:${t}`, `:${t}`).logical_not(), -Infinity);
    const y = F.softmax(scores, { dim: -1 }).matmul(v).transpose(1, 2).contiguous().view(n, t, c);
    return this.proj(y);
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

class GPT extends nn.Module {
  tokens: torch.nn.Embedding;
  places: torch.nn.Embedding;
  blocks: torch.nn.ModuleList<Block>;
  ln: torch.nn.LayerNorm;
  head: torch.nn.Linear;

  constructor(vocabulary: number) {
    super();
    this.tokens = new nn.Embedding(vocabulary, width);
    this.places = new nn.Embedding(context, width);
    this.blocks = new nn.ModuleList(Array.from({ length: depth }, () => new Block()));
    this.ln = new nn.LayerNorm(width);
    this.head = new nn.Linear(width, vocabulary, { bias: false });
    this.apply(init);
    this.head.weight = this.tokens.weight; // tied
  }

  override forward(
    idx: torch.Tensor,
    targets: torch.Tensor | null = null,
  ): [logits: torch.Tensor, loss: torch.Tensor | null] {
    const t = idx.size(1);
    let x = this.tokens(idx).add(this.places(torch.arange(t, { device: idx.device })));
    for (const block of this.blocks) x = block(x);
    const logits = this.head(this.ln(x));
    if (targets === null) return [logits, null];
    return [logits, F.cross_entropy(logits.view(-1, logits.size(-1)), targets.reshape(-1))];
  }
}

function init(m: torch.nn.Module): void {
  if (m instanceof nn.Linear || m instanceof nn.Embedding) nn.init.normal_(m.weight, 0, 0.02);
  if (m instanceof nn.Linear && m.bias !== null) nn.init.zeros_(m.bias);
}

export async function main(run: Run<typeof options>): Promise<void> {
  const model = run.prepare(new GPT(CHARS.length));
  run.emit(
    "parameter_count",
    [...model.parameters()].reduce((sum, p) => sum + p.numel(), 0),
  );
  run.emit("state_dict_keys", Object.keys(model.state_dict()));
  run.emit_init(model);
  const data = run.cast(torch.tensor(encode(TEXT), { dtype: torch.int64 }));
  const decay = [...model.parameters()].filter((p) => p.dim() >= 2);
  const rest = [...model.parameters()].filter((p) => p.dim() < 2);
  const optimiser = new torch.optim.AdamW(
    [
      { params: decay, weight_decay: 0.1 },
      { params: rest, weight_decay: 0 },
    ],
    { lr: 3e-3, betas: [0.9, 0.95] },
  );
  const total = run.args.steps;
  const scheduler = new torch.optim.lr_scheduler.LambdaLR(optimiser, (i: number) =>
    i < 10 ? (i + 1) / 10 : 0.1 + 0.45 * (1 + Math.cos((Math.PI * (i - 10)) / (total - 10))),
  );

  const losses: number[] = [];
  const norms: number[] = [];
  const rates: number[] = [];
  for (let i = 0; i < total; i++) {
    const start = torch.randint(0, data.numel() - context - 1, [batch]);
    const from = start.tolist() as number[];
    const x = torch.stack(from.map((s) => data.at(`${s}:${s + context}`)));
    const y = torch.stack(from.map((s) => data.at(`${s + 1}:${s + context + 1}`)));
    const [, loss] = model(x, y) as [torch.Tensor, torch.Tensor];
    optimiser.zero_grad({ set_to_none: true });
    loss.backward();
    if (i === 0) {
      run.emit("first_starts", start);
      run.emit("first_grad_norms", grad_norms(model));
    }
    norms.push(nn.utils.clip_grad_norm_(model.parameters(), 1).item());
    rates.push(scheduler.get_last_lr()[0]!);
    optimiser.step();
    scheduler.step();
    losses.push(loss.item());
  }
  run.emit("losses", losses);
  run.emit("grad_norms", norms);
  run.emit("learning_rates", rates);

  model.eval();
  torch.no_grad(() => {
    const codes = encode("the ");
    let logits: torch.Tensor | undefined;
    for (let i = 0; i < 60; i++) {
      [logits] = model(torch.tensor([codes.slice(-context)], { dtype: torch.int64, device: run.device }));
      codes.push(logits.at(0, -1).argmax().item());
    }
    run.emit("greedy", decode(codes));
    run.emit("top_logits", torch.topk(logits!.at(0, -1), 5).values);
  });
}

await runIfMain(import.meta.url, "n_gpt", main, options);
