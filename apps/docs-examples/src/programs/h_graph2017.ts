/** (h) The first autograd graph: a = 4, w = (2, 5, 9, 7), L = 10 - (w3 w1 a + w4 w2 a). */

import * as torch from "@tt/torch";
import { type Run, runIfMain } from "./common.ts";

const VALUES = [2, 5, 9, 7] as const;

type Leaves = [torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor];

class Square extends torch.autograd.Function {
  static override forward(ctx: torch.autograd.FunctionCtx, x: torch.Tensor): torch.Tensor {
    ctx.save_for_backward(x);
    return x.mul(x);
  }

  static override backward(ctx: torch.autograd.FunctionCtx, grad: torch.Tensor): torch.Tensor {
    const [x] = ctx.saved_tensors;
    return x!.mul(2).mul(grad);
  }
}

/** The message that `body` throws. */
function message(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

export async function main(run: Run): Promise<void> {
  const { dtype } = run;
  const leaves = (): Leaves => VALUES.map((v) => torch.tensor([v], { dtype, requires_grad: true })) as Leaves;

  const a = torch.tensor([4], { dtype });
  let weights = leaves();
  let [w1, w2, w3, w4] = weights;
  const b = w1.mul(a);
  const c = w2.mul(a);
  const d = w3.mul(b).add(w4.mul(c));
  let L = torch.sub(10, d);
  for (const t of [b, d]) t.retain_grad();
  run.emit("L", L);
  run.emit(
    "is_leaf",
    [a, w1, b, d, L].map((t) => t.is_leaf),
  );
  run.emit(
    "requires_grad",
    [a, w1, b, d, L].map((t) => t.requires_grad),
  );
  run.emit(
    "grad_fn",
    [a, w1, b, c, d, L].map((t) => t.grad_fn?.name() ?? null),
  );
  const next = L.grad_fn!.next_functions;
  run.emit(
    "next_functions",
    next.map(([f]) => f?.name() ?? null),
  );
  run.emit(
    "next_functions of d",
    next[0]![0]!.next_functions.map(([f]) => f!.name()),
  );
  run.emit("repr L", String(L));
  L.backward();
  weights.forEach((w, i) =>
    run.emit(`print w${i + 1}`, `Gradient of w${i + 1} w.r.t to L: ${pythonFloat(w.grad!.at(0).item())}`),
  );
  run.emit("retained", [b.grad!.item(), d.grad!.item()]);
  run.emit("c.grad", c.grad);
  run.emit("a.grad", a.grad);
  run.emit(
    "second backward",
    message(() => L.backward()),
  );

  // Kept graphs accumulate; fresh graphs accumulate too; zeroing stops it.
  weights = leaves();
  [w1, w2, w3, w4] = weights;
  L = torch.sub(10, w3.mul(w1.mul(a)).add(w4.mul(w2.mul(a))));
  L.backward({ retain_graph: true });
  L.backward();
  run.emit(
    "accumulated",
    weights.map((w) => w.grad!.item()),
  );
  w1.grad!.data.zero_();
  w1.mul(a).backward();
  run.emit("after zero_", w1.grad);

  const a_leaf = a.clone().requires_grad_(true);
  [w1, w2, w3, w4] = leaves();
  torch.sub(10, w3.mul(w1.mul(a_leaf)).add(w4.mul(w2.mul(a_leaf)))).backward();
  run.emit("both paths to a", a_leaf.grad);

  // The update of the text, as it must be written today.
  [w1] = leaves();
  torch.sub(10, w1.mul(a)).backward();
  torch.no_grad(() => w1.sub_(w1.grad!.mul(0.01)));
  run.emit("updated w1", w1.item());
  run.emit("still a leaf", w1.is_leaf);
  const w1b = w1.sub(w1.grad!.mul(0.01));
  run.emit("out of place is no leaf", w1b.is_leaf);
  run.emit(
    "in-place on a leaf",
    message(() => w1.add_(1)),
  );

  // requires_grad is infectious; no_grad (once "volatile") wins over it.
  let x = torch.ones(2);
  const y = torch.ones(2, { requires_grad: true });
  run.emit("infectious", [x.add(x).requires_grad, x.add(y).requires_grad]);
  torch.no_grad(() => {
    run.emit("no_grad", [x.add(y).requires_grad, torch.ones(1, { requires_grad: true }).requires_grad]);
  });
  const z = torch.inference_mode(() => x.add(y));
  run.emit("inference", [z.requires_grad, z.is_inference()]);
  run.emit("detach", [x.add(y).detach().requires_grad, y.mul(2).data.requires_grad]);
  run.emit(
    "backward without grad",
    message(() => x.add(x).sum().backward()),
  );
  run.emit(
    "backward of a vector",
    message(() => y.mul(2).backward()),
  );
  const changed = message(() => {
    const s = y.exp();
    s.add_(1);
    s.sum().backward();
  });
  run.emit("saved then changed", changed.split(". Hint")[0]);

  const q = torch.tensor([3], { dtype, requires_grad: true });
  const s: torch.Tensor = Square.apply(q);
  run.emit("custom grad_fn", s.grad_fn!.name());
  s.backward();
  run.emit("custom grad", q.grad);
  x = torch.tensor(1, { dtype, requires_grad: true });
  const u = x.mul(x);
  run.emit("grad of -x^2 at 1", torch.autograd.grad(u.neg(), x)[0]);
  const first = torch.autograd.grad(x.pow(3), x, { create_graph: true })[0]!;
  run.emit("first and second derivative of x^3 at 1", [first.item(), torch.autograd.grad(first, x)[0]!.item()]);

  // A graph that is different every time.
  x = torch.tensor([0.3], { dtype, requires_grad: true });
  let h = x;
  let loops = 0;
  while (h.item() < 10) {
    h = loops % 2 === 0 ? h.mul(2) : h.add(1);
    loops += 1;
  }
  h.backward();
  run.emit("dynamic", [loops, h.item(), x.grad!.item()]);
}

/** A float as Python prints it: 36 is "36.0". */
function pythonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

await runIfMain(import.meta.url, "h_graph2017", main, {});
