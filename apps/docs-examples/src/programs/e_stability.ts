/** (e) Float32 limits, softmax and cross-entropy, naive and stable. */

import * as torch from "@tt/torch";
import { type Run, runIfMain } from "./common.ts";

const F = torch.nn.functional;

const f32 = (v: number | readonly number[]): torch.Tensor => torch.tensor(v, { dtype: torch.float32 });

function softmax(logits: torch.Tensor): torch.Tensor {
  const exp = torch.exp(logits.sub(torch.max(logits)));
  return exp.div(torch.sum(exp));
}

function naive_softmax(logits: torch.Tensor): torch.Tensor {
  const exp = torch.exp(logits);
  return exp.div(torch.sum(exp));
}

function naive_cross_entropy(labels: torch.Tensor, logits: torch.Tensor): torch.Tensor {
  return torch.sum(labels.mul(torch.log(softmax(logits)))).neg();
}

function cross_entropy(labels: torch.Tensor, logits: torch.Tensor, dim = -1): torch.Tensor {
  const scaled = logits.sub(torch.max(logits));
  return torch.sum(labels.mul(scaled.sub(torch.logsumexp(scaled, dim)))).neg();
}

export async function main(run: Run): Promise<void> {
  const { dtype } = run;
  const x = f32(1);
  for (const [name, value] of [
    ["tiny", 1e-50],
    ["huge", 1e39],
  ] as const) {
    const y = f32(value);
    run.emit(`x*y/y ${name}`, [y.item(), x.mul(y).div(y).item()]);
  }
  run.emit("smallest", torch.nextafter(f32(0), f32(1)));
  const [single, half, brain] = [torch.float32, torch.float16, torch.bfloat16].map((d) => torch.finfo(d));
  run.emit("finfo", [single!.max, single!.eps, single!.tiny, half!.max, brain!.max, brain!.eps]);
  run.emit("log_of_max", Math.log(single!.max));
  run.emit("exp_near_limit", torch.exp(f32([88.7, 88.72, 88.73, 89])));

  const logits = torch.tensor([1000, 0], { dtype });
  const labels = torch.tensor([0.5, 0.5], { dtype });
  run.emit("naive_softmax", naive_softmax(logits));
  run.emit("stable_softmax", softmax(logits));
  run.emit("F.softmax", F.softmax(logits, { dim: 0 }));
  run.emit("F.log_softmax", F.log_softmax(logits, { dim: 0 }));
  run.emit("naive_cross_entropy", naive_cross_entropy(labels, logits));
  logits.requires_grad_(true);
  const stable = cross_entropy(labels, logits);
  run.emit("stable_cross_entropy", stable);
  run.emit("stable_grad", torch.autograd.grad(stable, logits)[0]);
  const naive = naive_cross_entropy(labels, logits);
  run.emit("naive_grad", torch.autograd.grad(naive, logits)[0]);
  const built_in = F.cross_entropy(logits.unsqueeze(0), labels.unsqueeze(0));
  run.emit("F.cross_entropy", built_in);
  run.emit("F.cross_entropy_grad", torch.autograd.grad(built_in, logits)[0]);
  const extremes = [
    [1000, 1000],
    [-1000, -1000],
    [-Infinity, 0],
    [Infinity, 0],
    [-Infinity, -Infinity],
  ];
  run.emit(
    "logsumexp_extremes",
    extremes.map((v) => torch.logsumexp(f32(v), 0).item()),
  );

  // The maximum is a gradient path too: it cancels, except where logits tie.
  const t = torch.tensor([2, 2, 1], { dtype, requires_grad: true });
  torch.max(t).backward();
  run.emit("max_tie_grad", t.grad);
  t.grad = null;
  t.amax().backward();
  run.emit("amax_tie_grad", t.grad);
  t.grad = null;
  t.max(0).values.backward();
  run.emit("max_dim_tie_grad", t.grad);

  const values = torch.tensor([-200, -50, -1, 0, 1, 50, 200], { dtype });
  run.emit("sigmoid", torch.sigmoid(values));
  run.emit("logsigmoid", F.logsigmoid(values));
  run.emit("softplus", F.softplus(values));
  const zeros = torch.zeros(7, { dtype });
  run.emit("bce_with_logits_0", F.binary_cross_entropy_with_logits(values, zeros, { reduction: "none" }));
  const [certain, wrong] = [
    [0, 1],
    [1, 0],
  ].map((v) => torch.tensor(v, { dtype }));
  run.emit("bce_clamped", F.binary_cross_entropy(certain!, wrong!, { reduction: "none" }));
  run.emit("expm1_log1p", [torch.expm1(f32(1e-8)).item(), torch.log1p(f32(1e-8)).item()]);
  run.emit("sum_of_0.1_1e6", torch.full([1000000], 0.1).sum());
  run.emit("var_large_mean", torch.arange(5, { dtype: torch.float32 }).add(1e6).var());
  run.emit("half", [
    f32(1e-8).half().item(),
    f32(70000).half().item(),
    f32(0.1).half().item(),
    f32(0.1).bfloat16().item(),
    f32(2049).half().item(),
    f32(257).bfloat16().item(),
  ]);
}

await runIfMain(import.meta.url, "e_stability", main, {});
