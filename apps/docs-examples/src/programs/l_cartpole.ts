/**
 * (l) REINFORCE and actor-critic on a cart and pole by the equations of Barto, Sutton and Anderson
 * (1983), with the usual constants of the control benchmark.
 *
 * Actions are drawn by comparing one torch.rand(1) with the probability of going right, except in
 * the "categorical" case, which uses torch.distributions.Categorical.
 */

import * as torch from "@tt/torch";
import { type Run, runIfMain } from "./common.ts";

const { nn } = torch;
const F = nn.functional;

export const options = { episodes: 100 };

/** Position, speed, angle and its speed. */
type PoleState = [x: number, v: number, angle: number, spin: number];

class CartPole {
  static readonly gravity = 9.8;
  static readonly cart = 1;
  static readonly pole = 0.1;
  static readonly half_length = 0.5;
  static readonly force = 10;
  static readonly tau = 0.02;
  static readonly limit_x = 2.4;
  static readonly limit_angle = (12 * 2 * Math.PI) / 360;

  private state: PoleState = [0, 0, 0, 0];
  private steps = 0;

  reset(): PoleState {
    const drawn = torch.rand(4, { dtype: torch.float64 }).tolist() as number[];
    this.state = drawn.map((v) => v * 0.1 - 0.05) as PoleState;
    this.steps = 0;
    return [...this.state];
  }

  step(action: number): { state: PoleState; reward: number; failed: boolean; timeout: boolean } {
    const { gravity, cart, pole, half_length, force, tau } = CartPole;
    let [x, v, angle, spin] = this.state;
    const push = action === 1 ? force : -force;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const mass = cart + pole;
    const moment = pole * half_length;
    const temp = (push + moment * spin * spin * sin) / mass;
    const spin_acc = (gravity * sin - cos * temp) / (half_length * (4 / 3 - (pole * cos * cos) / mass));
    const acc = temp - (moment * spin_acc * cos) / mass;
    [x, v] = [x + tau * v, v + tau * acc];
    [angle, spin] = [angle + tau * spin, spin + tau * spin_acc];
    this.state = [x, v, angle, spin];
    this.steps += 1;
    const failed = Math.abs(x) > CartPole.limit_x || Math.abs(angle) > CartPole.limit_angle;
    return { state: [...this.state], reward: 1, failed, timeout: this.steps >= 500 };
  }
}

class Policy extends nn.Module {
  affine = new nn.Linear(4, 64);
  action = new nn.Linear(64, 2);
  value = new nn.Linear(64, 1);

  override forward(x: torch.Tensor): [probabilities: torch.Tensor, value: torch.Tensor] {
    const h = F.relu(this.affine(x));
    return [F.softmax(this.action(h), { dim: -1 }), this.value(h).squeeze(-1)];
  }
}

function choose(probabilities: torch.Tensor, categorical: boolean): [action: number, log_prob: torch.Tensor] {
  if (categorical) {
    const m = new torch.distributions.Categorical(probabilities);
    const action = m.sample();
    return [action.item(), m.log_prob(action)];
  }
  const action = torch.rand(1).item() < probabilities.at(1).item() ? 1 : 0;
  return [action, torch.log(probabilities.at(action))];
}

/** Discounted sums of what is still to come, normalised. */
function returnsOf(run: Run, rewards: readonly number[]): torch.Tensor {
  const sums: number[] = [];
  let total = 0;
  for (const r of rewards.toReversed()) {
    total = r + 0.99 * total;
    sums.unshift(total);
  }
  const returns = torch.tensor(sums, { dtype: run.dtype, device: run.device });
  return returns.sub(returns.mean()).div(returns.std().add(1e-8));
}

interface Learning {
  critic: boolean;
  categorical?: boolean;
  episodes?: number;
}

function learn(run: Run<typeof options>, name: string, { critic, categorical = false, episodes }: Learning): void {
  torch.manual_seed(run.args.seed);
  const policy = run.prepare(new Policy());
  if (name === "reinforce") run.emit_init(policy);
  const optimiser = new torch.optim.Adam(policy.parameters(), { lr: 0.01 });
  const env = new CartPole();
  const lengths: number[] = [];
  const losses: number[] = [];
  for (let episode = 0; episode < (episodes ?? run.args.episodes); episode++) {
    let state = env.reset();
    const chosen: torch.Tensor[] = [];
    const estimates: torch.Tensor[] = [];
    const rewards: number[] = [];
    for (let over = false; !over;) {
      const [p, value] = policy(torch.tensor(state, { dtype: run.dtype, device: run.device }));
      const [action, log_prob] = choose(p, categorical);
      const next = env.step(action);
      state = next.state;
      chosen.push(log_prob);
      estimates.push(value);
      rewards.push(next.reward);
      over = next.failed || next.timeout;
    }
    const returns = returnsOf(run, rewards);
    const [log_probs, values] = [torch.stack(chosen), torch.stack(estimates)];
    let loss: torch.Tensor;
    if (critic) {
      const advantage = returns.sub(values.detach());
      loss = log_probs
        .mul(advantage)
        .sum()
        .neg()
        .add(F.smooth_l1_loss(values, returns, { reduction: "sum" }));
    } else loss = log_probs.mul(returns).sum().neg();
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
    lengths.push(rewards.length);
    losses.push(loss.item());
  }
  run.emit(`${name}.lengths`, lengths);
  run.emit(`${name}.losses`, losses);
  run.emit(`${name}.mean_of_last_20`, lengths.slice(-20).reduce((sum, n) => sum + n) / 20);
}

export async function main(run: Run<typeof options>): Promise<void> {
  const env = new CartPole();
  torch.manual_seed(run.args.seed);
  const trace = [env.reset()];
  for (let over = false; !over;) {
    const { state, failed, timeout } = env.step(trace.length % 2);
    trace.push(state);
    over = failed || timeout;
  }
  run.emit("environment.alternating", [trace[0], trace[1], trace[2], trace[10], trace.at(-1)]);
  run.emit("environment.length", trace.length - 1);
  learn(run, "reinforce", { critic: false });
  learn(run, "actor_critic", { critic: true });
  learn(run, "actor_critic_categorical", { critic: true, categorical: true, episodes: 20 });
}

await runIfMain(import.meta.url, "l_cartpole", main, options);
