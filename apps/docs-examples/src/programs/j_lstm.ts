/** (j) A character language model: Embedding, LSTM, Linear, truncated backpropagation. */

import * as torch from "@tt/torch";
import { grad_norms, type Run, runIfMain, total_norm } from "./common.ts";
import { CHARS, decode, encode, TEXT } from "./text.ts";

const { nn } = torch;
const F = nn.functional;

export const options = { steps: 150 };

type State = [h: torch.Tensor, c: torch.Tensor];

class Model extends nn.Module {
  embed: torch.nn.Embedding;
  rnn: torch.nn.LSTM;
  out: torch.nn.Linear;

  constructor(vocabulary: number, embed = 32, hidden = 64, layers = 2) {
    super();
    this.embed = new nn.Embedding(vocabulary, embed);
    this.rnn = new nn.LSTM(embed, hidden, layers, { batch_first: true });
    this.out = new nn.Linear(hidden, vocabulary);
  }

  override forward(x: torch.Tensor, before: State | null = null): [logits: torch.Tensor, state: State] {
    const [h, state] = this.rnn(this.embed(x), before);
    return [this.out(h), state];
  }
}

function train(run: Run<typeof options>, model: Model, rows: torch.Tensor, bptt: number): void {
  const optimiser = new torch.optim.SGD(model.parameters(), { lr: 2 });
  const scheduler = new torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.99);
  const losses: number[] = [];
  const norms: number[] = [];
  const states: number[] = [];
  let state: State | null = null;
  let at = 0;
  for (let i = 0; i < run.args.steps; i++) {
    if (at + bptt + 1 > rows.size(1)) [state, at] = [null, 0];
    const x = rows.at(":", `${at}:${at + bptt}`);
    const y = rows.at(":", `${at + 1}:${at + bptt + 1}`);
    at += bptt;
    if (state !== null) state = [state[0].detach(), state[1].detach()]; // the cut in time
    let logits: torch.Tensor;
    [logits, state] = model(x, state);
    const loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)), y.reshape(-1));
    optimiser.zero_grad();
    loss.backward();
    if (i === 0) run.emit("first_grad_norms", grad_norms(model));
    norms.push(nn.utils.clip_grad_norm_(model.parameters(), 0.5).item());
    optimiser.step();
    scheduler.step();
    losses.push(loss.item());
    states.push(total_norm(state));
  }
  run.emit("losses", losses);
  run.emit("grad_norms_before_clipping", norms.slice(0, 20));
  run.emit("state_norms", states.slice(0, 20));
  run.emit("last_lr", scheduler.get_last_lr());
}

/** Without the cut the second window reaches back into a freed graph. */
function noDetach(model: Model, rows: torch.Tensor, bptt: number): string {
  const [logits, state] = model(rows.at(":", `:${bptt}`));
  logits.sum().backward();
  try {
    const [again] = model(rows.at(":", `${bptt}:${2 * bptt}`), state);
    again.sum().backward();
    return "no error";
  } catch (error) {
    return (error as Error).message.split(" (or")[0]!;
  }
}

function write(run: Run<typeof options>, model: Model): void {
  model.eval();
  const codes = encode("the ");
  let state: State | null = null;
  let logits: torch.Tensor | undefined;
  let x = torch.tensor([codes], { dtype: torch.int64, device: run.device });
  for (let i = 0; i < 60; i++) {
    [logits, state] = model(x, state);
    const code = logits.at(0, -1).argmax().item();
    codes.push(code);
    x = torch.tensor([[code]], { dtype: torch.int64, device: run.device });
  }
  run.emit("greedy", decode(codes));
  const probabilities = F.softmax(logits!.at(0, -1), { dim: 0 });
  run.emit("top_probabilities", torch.topk(probabilities, 5).values);
}

export async function main(run: Run<typeof options>): Promise<void> {
  run.emit("text", {
    length: TEXT.length,
    chars: CHARS.join(""),
    start: TEXT.slice(0, 60),
    sum_of_codes: Array.from(TEXT, (char) => char.codePointAt(0)!).reduce((sum, code) => sum + code),
  });
  const model = run.prepare(new Model(CHARS.length));
  run.emit_init(model);
  const data = run.cast(torch.tensor(encode(TEXT), { dtype: torch.int64 }));
  const [batch, bptt] = [8, 16];
  const rows = data.at(`:${Math.floor(data.numel() / batch) * batch}`).view(batch, -1);
  train(run, model, rows, bptt);
  run.emit("no_detach", noDetach(model, rows, bptt));
  torch.no_grad(() => write(run, model));

  for (const Kind of [nn.RNN, nn.GRU, nn.LSTM]) {
    torch.manual_seed(run.args.seed);
    const net = run.prepare(new Kind(5, 4, { num_layers: 2, bidirectional: true }));
    const x = run.cast(torch.rand(3, 2, 5));
    const [y, state] = net(x) as [torch.Tensor, torch.Tensor | State];
    const h = Array.isArray(state) ? state : [state];
    y.pow(2).sum().backward();
    run.emit(`${Kind.name}.shapes`, [y.shape, ...h.map((s) => s.shape)]);
    run.emit(`${Kind.name}.output`, y.at(":", 0));
    run.emit(`${Kind.name}.grad_norms`, grad_norms(net));
  }
}

await runIfMain(import.meta.url, "j_lstm", main, options);
