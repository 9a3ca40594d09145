/** (s) The one-liners of the seeds: what each of them prints, and what it refuses. */

import * as torch from "@tt/torch";
import { optim } from "@tt/torch";
import { Image, transforms } from "@tt/vision";
import { type Run, runIfMain } from "./common.ts";
import * as s from "./s_tables.ts";

const { nn } = torch;
const F = nn.functional;
const t = torch.tensor;

export const cannot = {
  "Parameter before init": "JavaScript itself refuses `this` before super(), with a ReferenceError of its own",
};

export async function main(run: Run): Promise<void> {
  const error = (key: string, make: () => unknown): void => {
    try {
      make();
      run.emit(key, "no error");
    } catch (thrown) {
      const { name, message } = thrown as Error;
      run.emit(key, `${name}: ${message.split("\n")[0]!}`);
    }
  };
  // Tensors, made and printed.
  for (const [key, value] of s.printed()) run.emit(`print ${key}`, String(value));
  run.emit("types", [
    t([1n]).type(),
    t([1.5]).type(),
    t([true]).type(),
    torch.LongTensor([1]).type(),
    torch.from_numpy(new Float64Array(2)).type(),
  ]);
  run.emit("dtype words", s.dtypeWords());
  let x = torch.rand(4, 6);
  const size = `torch.Size([${x.shape.join(", ")}])`;
  run.emit("attributes", [
    size,
    size,
    String(x.dtype),
    String(x.device),
    x.size(0),
    x.dim(),
    x.numel(),
    [...x.stride()],
  ]);
  const like = torch.ones(2, 3, { dtype: torch.float64 });
  run.emit(
    "like",
    [
      torch.ones_like(like),
      torch.rand_like(like),
      like.new_ones([4]),
      torch.zeros_like(like, { dtype: torch.int32 }),
    ].map((v) => `${String(v.dtype)}[${v.shape.join(", ")}]`),
  );

  // Memory shared with the host's arrays, both ways.
  const array = Float64Array.of(1, 1, 1);
  const shared = torch.from_numpy(array);
  array[0] = 5;
  shared.setitem([1], 7);
  const back = shared.numpy() as Float64Array;
  for (let i = 0; i < 3; i++) back[i]! += 1;
  const copied = torch.tensor(array);
  array[2] = -1;
  run.emit("from_numpy shares", [[...array], shared.tolist(), copied.tolist(), String(shared.dtype)]);
  error("numpy() of a leaf that requires grad", () => torch.ones(1, { requires_grad: true, device: "cpu" }).numpy());
  const detached = torch.ones(2, { requires_grad: true, device: "cpu" });
  detached.detach().numpy()[0] = 9;
  run.emit("detach().numpy() shares", detached);
  error("item() of many", () => torch.ones(2).item());
  run.emit("item() types", [t(1n), t(1.5), t(true)].map(s.itemType));

  // Views.
  const base = torch.arange(12);
  const v = base.view(3, 4);
  v.setitem([0, 0], 100);
  run.emit("view shares", [base.at(0).item(), [...v.stride()], base.data_ptr() === v.data_ptr()]);
  const tr = v.t();
  run.emit("transpose", [[...tr.shape], [...tr.stride()], tr.is_contiguous(), tr.contiguous().is_contiguous()]);
  error("view of a transposed tensor", () => tr.view(12));
  run.emit("reshape copies", [tr.reshape(12).data_ptr() === tr.data_ptr(), v.reshape(-1).data_ptr() === v.data_ptr()]);
  error("view of a wrong size", () => base.view(5, -1));
  error("two unknown sizes", () => base.view(-1, -1));
  const thin = torch.zeros(1, 2, 1);
  run.emit("squeeze", [thin.squeeze().shape, thin.squeeze(0).shape, thin.squeeze(1).shape]);
  run.emit("unsqueeze", [torch.zeros(2).unsqueeze(0).shape, torch.zeros(2).unsqueeze(-1).shape]);
  run.emit("narrow is a slice", torch.equal(base.at("2:5"), torch.narrow(base, 0, 2, 3)));
  run.emit("cat, stack", [torch.cat([v, v], 1).shape, torch.stack([v, v], 1).shape]);
  error("cat of unlike shapes", () => torch.cat([torch.zeros(2, 2), torch.zeros(3, 3)], 1));
  run.emit("in place", torch.ones(2).add_(1).mul_(3).add_(1).pow_(2));
  error("in-place cannot grow", () => torch.ones(1).add_(torch.ones(2)));

  // The table of operators.
  for (const [key, value] of s.operators()) run.emit(`operator ${key}`, [String(value.dtype), value.tolist()]);
  const f = t([7, -7, 5.5]);
  const [p, q] = [t([true, true, false]), t([true, false, false])];
  error("int ** -1", () => t([7, -7, 5], { dtype: torch.int64 }).pow(t([-1], { dtype: torch.int64 })));
  error("and", () => torch.is_nonzero(p) && q);
  error("matrix shapes", () => torch.randn(3, 5).matmul(torch.randn(4, 5)));
  error("linear shapes", () => new nn.Linear(3, 2)(torch.ones(2, 4)));
  error("dtype of a linear", () => new nn.Linear(2, 2)(torch.ones(1, 2, { dtype: torch.float64 })));
  error("conv channels", () => new nn.Conv2d(3, 6, 3)(torch.ones(1, 1, 8, 8)));
  error("nll target range", () => F.nll_loss(torch.zeros(1, 3), t([5n])));
  error("index out of range", () => base.at(50));
  error("in-place integer by float", () => t([1n]).add_(0.5));
  error("mean of integers", () => base.mean());
  error("grad of integers", () => t([1n], { requires_grad: true }));
  error("unknown state key", () => new nn.Linear(1, 1).load_state_dict({ w: torch.ones(1) }));
  const leaf = (): torch.Tensor => torch.ones(1, { requires_grad: true });
  error("empty optimiser", () => new optim.SGD([], { lr: 0.1 }));
  error("negative rate", () => new optim.SGD([leaf()], { lr: -1 }));
  error("non-leaf in an optimiser", () => new optim.SGD([leaf().mul(2)], { lr: 1 }));
  error("forward missing", () => new (nn.Module as unknown as new () => (x: number) => unknown)()(1));
  run.emit("reductions", [f.mean(), f.var(), f.std(), f.max(), f.argmax(), f.sum(), f.prod(), f.norm(), f.median()]);

  // unbind, slices and sum agree.
  const rows = torch.rand(500, 10);
  const [z1, z2] = [torch.zeros(10), torch.zeros(10)];
  for (let i = 0; i < 500; i++) z1.add_(rows.at(i));
  for (const r of torch.unbind(rows)) z2.add_(r);
  run.emit("three ways to sum", [torch.equal(z1, z2), torch.allclose(z1, torch.sum(rows, 0)), z1.at(":3")]);

  // Dropout, train and eval.
  torch.manual_seed(3);
  const d2 = new nn.Dropout2d();
  const dropped = d2(torch.ones(2, 6, 2, 2));
  run.emit("Dropout2d channels", dropped.at(":", ":", 0, 0));
  run.emit("Dropout2d whole channels", dropped.eq(dropped.at(":", ":", ":1", ":1")).all());
  run.emit("Dropout", new nn.Dropout(0.25)(torch.ones(12)));
  d2.eval();
  run.emit("Dropout2d eval", torch.equal(d2(torch.ones(1, 2, 2, 2)), torch.ones(1, 2, 2, 2)));
  const inner = new nn.Sequential(new nn.Dropout(), new nn.BatchNorm1d(2));
  const m = new nn.Sequential(new nn.Linear(2, 2), inner);
  const [dropout, norm] = [...inner.children()];
  run.emit("train flag", [m.training, (m.eval(), dropout!.training), (m.train(), norm!.training)]);
  run.emit("repr nested", String(m));
  const state = new nn.BatchNorm1d(2).state_dict();
  run.emit(
    "state_dict of a norm",
    Object.entries(state).map(([k, value]) => [k, String(value.dtype)]),
  );
  error("batch norm of one value", () => new nn.BatchNorm1d(2)(torch.ones(1, 2)));

  // torchvision's transforms on a formula image.
  const picture = new Image(
    Uint8Array.from({ length: 18 }, (_, i) => (i * 13) % 256),
    3,
    2,
    "RGB",
  );
  const tensor = new transforms.ToTensor()(picture);
  run.emit("ToTensor", [tensor.shape, String(tensor.dtype), tensor]);
  run.emit("Normalize", new transforms.Normalize([0.5, 0.4, 0.3], [0.5, 0.2, 0.1])(tensor));
  run.emit(
    "Compose repr",
    String(new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])])),
  );

  // Learning-rate schedules and optimisers.
  for (const [key, value] of s.schedules()) run.emit(`lr ${key}`, value);
  for (const [key, value] of s.optimisers(run.dtype)) run.emit(`optimiser ${key}`, value);

  // Printing and branching in the middle of a forward pass.
  const net = run.prepare(new s.Talkative());
  x = run.cast(torch.rand(1, 3));
  const hx = run.cast(torch.rand(1, 3));
  run.emit("branches", [
    torch.equal(net(x, hx), hx),
    torch.equal(net(x, hx, true), hx),
    torch.equal(net(x, hx.mul(100)), hx.mul(100)),
  ]);
  run.emit("said", net.said);
  run.emit("random", s.random());
  for (const [key, value] of s.initialisers()) run.emit(`init ${key}`, value);
}

export const options = {};

await runIfMain(import.meta.url, "s_snippets", main, options);
