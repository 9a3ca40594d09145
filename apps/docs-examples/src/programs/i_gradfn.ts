/** (i) The first network of the blitz, its printout and the names along its graph. */

import * as torch from "@tt/torch";
import { grad_norms, type Run, runIfMain } from "./common.ts";

const { nn } = torch;
const F = nn.functional;

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 3);
  conv2 = new nn.Conv2d(6, 16, 3);
  fc1 = new nn.Linear(16 * 6 * 6, 120);
  fc2 = new nn.Linear(120, 84);
  fc3 = new nn.Linear(84, 10);

  override forward(input: torch.Tensor): torch.Tensor {
    let x = F.max_pool2d(F.relu(this.conv1(input)), [2, 2]);
    x = F.max_pool2d(F.relu(this.conv2(x)), 2);
    x = x.view(-1, this.num_flat_features(x));
    x = F.relu(this.fc1(x));
    x = F.relu(this.fc2(x));
    return this.fc3(x);
  }

  num_flat_features(x: torch.Tensor): number {
    return x.shape.slice(1).reduce((count, s) => count * s, 1);
  }
}

function hide(value: unknown): string {
  return String(value).replaceAll(/0x[0-9a-f]+/g, "0x…");
}

type GraphNode = NonNullable<torch.Tensor["grad_fn"]>;

/** Every node of the graph once, breadth first. */
function breadthFirst(root: GraphNode): GraphNode[] {
  const seen = new Set<GraphNode>();
  const queue: (GraphNode | null)[] = [root];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    if (node === null || seen.has(node)) continue;
    seen.add(node);
    queue.push(...node.next_functions.map(([f]) => f));
  }
  return [...seen];
}

export async function main(run: Run): Promise<void> {
  const { dtype } = run;
  const net = run.prepare(new Net());
  run.emit("print(net)", String(net));
  run.emit(
    "parameters",
    Array.from(net.named_parameters(), ([n, p]) => [n, p.shape]),
  );
  run.emit_init(net);
  const data = run.cast(torch.rand(1, 1, 32, 32));
  let output = net(data);
  run.emit("output", output);
  net.zero_grad();
  output.backward(torch.rand(1, 10).to(dtype));
  run.emit("grad_norms after out.backward(v)", grad_norms(net));
  net.zero_grad();
  run.emit("conv1.bias.grad after zero_grad", net.conv1.bias!.grad);

  output = net(data);
  const target = run.cast(torch.rand(10)).view(1, -1);
  const loss = new nn.MSELoss()(output, target);
  run.emit("loss", loss);
  run.emit("print(loss)", String(loss).replaceAll(/\d\.\d+/g, "…"));
  let node = loss.grad_fn!;
  run.emit("print(loss.grad_fn)", hide(node));
  node = node.next_functions[0]![0]!;
  run.emit("print(next)", hide(node));
  run.emit(
    "addmm next_functions",
    node.next_functions.map(([f]) => (f === null ? null : hide(f))),
  );
  run.emit("print(next of next)", hide(node.next_functions[0]![0]));

  const graph = breadthFirst(loss.grad_fn!);
  run.emit(
    "graph, breadth first",
    graph.map((n) => n.name()),
  );
  const leaf = graph.filter((n) => n.name() === "torch::autograd::AccumulateGrad");
  run.emit("leaf nodes", leaf.length);
  run.emit("AccumulateGrad repr", hide(leaf[0]));
  run.emit("AccumulateGrad has variable", "variable" in leaf[0]!);

  loss.backward();
  run.emit("conv1.bias.grad", net.conv1.bias!.grad);
  const optimiser = new torch.optim.SGD(net.parameters(), { lr: 0.01 });
  optimiser.step();
  run.emit("conv1.bias after step", net.conv1.bias);
  const by_hand = new Net().to(dtype);
  by_hand.load_state_dict(net.state_dict());
  const ours = [...net.parameters()];
  const theirs = [...by_hand.parameters()];
  torch.no_grad(() => {
    for (const [i, p] of ours.entries()) {
      p.sub_(p.grad!.mul(0.01));
      theirs[i]!.grad = p.grad!.clone();
    }
  });
  new torch.optim.SGD(theirs, { lr: 0.01 }).step();
  run.emit(
    "by hand equals step",
    ours.every((p, i) => torch.allclose(p, theirs[i]!, { atol: 1e-7 })),
  );

  // zero_grad of a module and of an optimiser differ when the optimiser holds a part.
  const part = new torch.optim.SGD(net.fc3.parameters(), { lr: 0.01 });
  new nn.MSELoss()(net(data), target).backward();
  part.zero_grad();
  const remaining = [net.conv1.bias!, net.fc3.bias!].map((p) => p.grad!.abs().sum().item());
  run.emit("part.zero_grad leaves conv1", [remaining[0]! > 0, remaining[1]]);
  part.zero_grad({ set_to_none: true });
  run.emit("set_to_none", net.fc3.bias!.grad);

  run.emit("grad_fn names", gradFnNames());
}

/** The node that each operation leaves behind. */
function gradFnNames(): Record<string, string> {
  const t = torch.rand(2, 3, { requires_grad: true });
  const p = torch.rand(2, 3, 4, 4, { requires_grad: true });
  const made: Record<string, () => torch.Tensor> = {
    "+": () => t.add(t),
    "-": () => t.sub(1),
    "10-": () => torch.sub(10, t),
    "*": () => t.mul(2),
    "/": () => t.div(2),
    "**": () => t.pow(2),
    neg: () => t.neg(),
    "@": () => t.matmul(t.t()),
    "t()": () => t.t(),
    view: () => t.view(-1),
    reshape: () => t.t().reshape(-1),
    sum: () => t.sum(),
    "sum(0)": () => t.sum(0),
    mean: () => t.mean(),
    "mean(0)": () => t.mean(0),
    max: () => t.max(),
    "max(0)": () => t.max(0)[0],
    exp: () => t.exp(),
    log: () => t.log(),
    sqrt: () => t.sqrt(),
    tanh: () => t.tanh(),
    sigmoid: () => t.sigmoid(),
    relu: () => t.relu(),
    softmax: () => t.softmax(1),
    log_softmax: () => t.log_softmax(1),
    "[0]": () => t.at(0),
    "[:1]": () => t.at(":1"),
    "[None]": () => t.at(null),
    index: () => t.at(torch.tensor([0n])),
    cat: () => torch.cat([t, t]),
    stack: () => torch.stack([t, t]),
    unbind: () => t.unbind()[0]!,
    squeeze: () => t.squeeze(),
    unsqueeze: () => t.unsqueeze(0),
    transpose: () => t.transpose(0, 1),
    permute: () => t.permute(1, 0),
    expand: () => t.expand(2, 2, 3),
    repeat: () => t.repeat(2, 1),
    clone: () => t.clone(),
    to: () => t.double(),
    abs: () => t.abs(),
    clamp: () => t.clamp(0, 1),
    var: () => t.var(),
    norm: () => t.norm(),
    where: () => torch.where(t.gt(0), t, t),
    gather: () => t.gather(1, torch.zeros(2, 1, { dtype: torch.int64 })),
    narrow: () => t.narrow(0, 0, 1),
    bmm: () => torch.bmm(t.at(null), t.t().at(null)),
    mv: () => t.matmul(torch.rand(3)),
    dot: () => t.at(0).matmul(t.at(1)),
    conv2d: () => F.conv2d(p, torch.rand(5, 3, 3, 3)),
    max_pool2d: () => F.max_pool2d(p, 2),
    avg_pool2d: () => F.avg_pool2d(p, 2),
    batch_norm: () => F.batch_norm(p, null, null, { training: true }),
    layer_norm: () => F.layer_norm(t, [3]),
    linear: () => F.linear(t, torch.rand(4, 3), torch.rand(4)),
    "linear no bias": () => F.linear(t, torch.rand(4, 3)),
    dropout: () => F.dropout(t),
    gelu: () => F.gelu(t),
    leaky_relu: () => F.leaky_relu(t),
    elu: () => F.elu(t),
    silu: () => F.silu(t),
    embedding: () => F.embedding(torch.tensor([0n]), t),
    mse_loss: () => F.mse_loss(t, t.detach()),
    l1_loss: () => F.l1_loss(t, t.detach()),
    nll_loss: () => F.nll_loss(t, torch.tensor([0n, 1n])),
    cross_entropy: () => F.cross_entropy(t, torch.tensor([0n, 1n])),
    bce: () => F.binary_cross_entropy(t, t.detach()),
    bce_logits: () => F.binary_cross_entropy_with_logits(t, t.detach()),
    masked_fill: () => t.masked_fill(t.gt(0.5), 0),
    cumsum: () => t.cumsum(0),
    sort: () => t.sort()[0],
    topk: () => t.topk(1)[0],
    flatten: () => p.flatten(1),
    pad: () => F.pad(t, [1, 1]),
    prod: () => t.prod(),
    logsumexp: () => t.logsumexp(1),
    maximum: () => torch.maximum(t, t),
    einsum: () => torch.einsum("ij,kj->ik", t, t),
  };
  return Object.fromEntries(Object.entries(made).map(([label, make]) => [label, make().grad_fn!.name()]));
}

await runIfMain(import.meta.url, "i_gradfn", main, {});
