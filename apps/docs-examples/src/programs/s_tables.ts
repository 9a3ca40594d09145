/** The tables of (s): what is printed, operators, schedules, optimisers, draws. */

import * as torch from "@tt/torch";
import { optim } from "@tt/torch";

const { nn } = torch;
const t = torch.tensor;

type Table<T> = [key: string, value: T][];

/** Tensors and what they are called; the random ones are drawn in this order. */
export function printed(): Table<torch.Tensor> {
  return [
    ["tensor(3)", t(3n)],
    ["tensor([1, 2])", t([1n, 2n])],
    ["zeros([2, 2])", torch.zeros([2, 2])],
    ["tensor(-2.)", t(-2)],
    ["tensor(True)", t(true)],
    ["tensor(2.5)", t(2.5)],
    ["ones(2, 3)", torch.ones(2, 3)],
    ["rand(2, 3)", torch.rand(2, 3)],
    ["randn(4, 3)", torch.randn(4, 3)],
    ["rand([2, 2, 2])", torch.rand([2, 2, 2])],
    ["arange(5)", torch.arange(5)],
    ["arange(100)", torch.arange(100)],
    ["arange(0, 1, .25)", torch.arange(0, 1, 0.25)],
    ["linspace(0, 1, 5)", torch.linspace(0, 1, 5)],
    ["eye(2)", torch.eye(2)],
    ["full", torch.full([2], 7, { dtype: torch.float32 })],
    ["mixed magnitudes", t([1e-8, 1, 1e8])],
    ["integers as floats", t([1, 20, 300])],
    ["long row", torch.arange(2000)],
    ["large", torch.zeros(100, 100)],
    ["empty", torch.empty(0)],
    ["specials", t([NaN, Infinity, -Infinity])],
    ["double", t([1], { dtype: torch.float64 })],
    ["half", t([1], { dtype: torch.float16 })],
    ["bool", t([true, false])],
    ["leaf", torch.ones(2, { requires_grad: true })],
    ["Parameter", new nn.Parameter(torch.ones(2))],
    ["complex", t([new torch.Complex(1, 2)])],
    [
      "LongTensor",
      torch.LongTensor([
        [2, 4],
        [5, 6],
      ]),
    ],
    ["FloatTensor", torch.FloatTensor([4])],
    ["DoubleTensor", torch.DoubleTensor([[1, 2]])],
    [
      "negative",
      t([
        [-1.5, 2.25],
        [3.125, -4],
      ]),
    ],
  ];
}

export function dtypeWords(): string[] {
  return [t(1n), t(1), t(true), t([1, 2]), t(new torch.Complex(0, 1))].map((value) => String(value.dtype));
}

/** Python's name of the type of `item()`. */
export function itemType(value: torch.Tensor): string {
  if (typeof value.item() === "boolean") return "bool";
  return value.is_floating_point() ? "float" : "int";
}

export function operators(): Table<torch.Tensor> {
  const long = { dtype: torch.int64 };
  const [a, b] = [t([7, -7, 5], long), t([2, 2, -3], long)];
  const [f, g] = [t([7, -7, 5.5]), t([2, 2, -3])];
  const [p, q] = [t([true, true, false]), t([true, false, false])];
  return [
    ["-x", f.neg()],
    ["+", f.add(g)],
    ["-", f.sub(g)],
    ["*", f.mul(g)],
    ["/", f.div(g)],
    ["int /", a.div(b)],
    ["//", f.floor_divide(g)],
    ["int //", a.floor_divide(b)],
    ["%", f.remainder(g)],
    ["int %", a.remainder(b)],
    ["**", f.pow(g)],
    ["int **", a.pow(t([2, 3, 2], long))],
    ["@", f.matmul(g)],
    [">", f.gt(g)],
    [">=", f.ge(g)],
    ["<", f.lt(g)],
    ["<=", f.le(g)],
    ["abs", f.abs()],
    ["&", p.bitwise_and(q)],
    ["|", p.bitwise_or(q)],
    ["^", p.bitwise_xor(q)],
    ["~", p.bitwise_not()],
    ["int &", a.bitwise_and(b)],
    ["int ~", a.bitwise_not()],
    ["==", f.eq(g)],
    ["!=", f.ne(g)],
    ["scalar left", torch.sub(10, f)],
    ["int tensor + 0.5", a.add(0.5)],
    ["int + float tensor", a.add(f)],
    ["bool + 1", p.add(1)],
    ["true_divide", torch.div(1, a)],
    ["<<", a.bitwise_left_shift(1)],
    ["fmod", torch.fmod(f, g)],
    ["remainder", torch.remainder(f, g)],
    ["sum of bools", p.sum()],
  ];
}

type Scheduler = { step(): void };

/** The learning rates of ten epochs. */
export function schedules(): Table<number[]> {
  const S = optim.lr_scheduler;
  const makers: Table<(o: optim.SGD) => Scheduler> = [
    ["ExponentialLR", (o) => new S.ExponentialLR(o, 0.9)],
    ["StepLR", (o) => new S.StepLR(o, 3, 0.1)],
    ["MultiStepLR", (o) => new S.MultiStepLR(o, [2, 5], 0.5)],
    ["CosineAnnealingLR", (o) => new S.CosineAnnealingLR(o, 8)],
    ["LinearLR", (o) => new S.LinearLR(o, 0.25, { total_iters: 4 })],
    ["OneCycleLR", (o) => new S.OneCycleLR(o, 1, { total_steps: 12 })],
    ["CosineAnnealingWarmRestarts", (o) => new S.CosineAnnealingWarmRestarts(o, 4)],
    ["CyclicLR", (o) => new S.CyclicLR(o, 0.01, 0.1, 3)],
    ["PolynomialLR", (o) => new S.PolynomialLR(o, 8, 2)],
    ["LambdaLR", (o) => new S.LambdaLR(o, (e) => 1 / (1 + e))],
    ["ConstantLR", (o) => new S.ConstantLR(o, 0.5, 3)],
    ["SequentialLR", (o) => new S.SequentialLR(o, [new S.ConstantLR(o, 0.1, 2), new S.ExponentialLR(o, 0.9)], [2])],
  ];
  const table = makers.map(([name, make]): [string, number[]] => {
    const o = new optim.SGD([torch.ones(1, { requires_grad: true })], { lr: 0.1, momentum: 0.9 });
    const s = make(o);
    const rates: number[] = [];
    for (let i = 0; i < 10; i++) {
      rates.push(o.param_groups[0]!.lr);
      o.step();
      s.step();
    }
    return [name, rates];
  });
  const o = new optim.SGD([torch.ones(1, { requires_grad: true })], { lr: 0.1 });
  const s = new S.ReduceLROnPlateau(o, { patience: 1, factor: 0.5 });
  const rates = [1, 0.9, 0.95, 0.96, 0.97, 0.5, 0.6, 0.7, 0.8].map((metric) => {
    s.step(metric);
    return o.param_groups[0]!.lr;
  });
  return [...table, ["ReduceLROnPlateau", rates]];
}

/** Eight steps of each optimiser on one quadratic, and the names of what it keeps. */
export function optimisers(dtype: torch.DType): Table<unknown> {
  const O = optim;
  const leaf = (): torch.Tensor => t([1, -2, 3], { dtype, requires_grad: true });
  const scale = t([1, 0.5, 2], { dtype });
  const makers: Table<(p: torch.Tensor[]) => optim.lr_scheduler.AnyOptimizer> = [
    ["SGD", (p) => new O.SGD(p, 0.1)],
    ["momentum", (p) => new O.SGD(p, 0.1, 0.9)],
    ["nesterov", (p) => new O.SGD(p, 0.1, 0.9, { nesterov: true })],
    ["dampening", (p) => new O.SGD(p, 0.1, 0.9, { dampening: 0.5, weight_decay: 0.01 })],
    ["Adam", (p) => new O.Adam(p, 0.1)],
    ["amsgrad", (p) => new O.Adam(p, 0.1, { amsgrad: true })],
    ["AdamW", (p) => new O.AdamW(p, 0.1)],
    ["RMSprop", (p) => new O.RMSprop(p, 0.1)],
    ["RMSprop centred", (p) => new O.RMSprop(p, 0.1, { centered: true, momentum: 0.5 })],
    ["Adagrad", (p) => new O.Adagrad(p, 0.1)],
    ["Adadelta", (p) => new O.Adadelta(p)],
    ["Adamax", (p) => new O.Adamax(p, 0.1)],
    ["NAdam", (p) => new O.NAdam(p, 0.1)],
    ["RAdam", (p) => new O.RAdam(p, 0.1)],
    ["ASGD", (p) => new O.ASGD(p, 0.1)],
    ["Rprop", (p) => new O.Rprop(p, 0.1)],
  ];
  const table = makers.flatMap(([name, make]): Table<unknown> => {
    const w = leaf();
    const o = make([w]);
    const path: unknown[] = [];
    for (let i = 0; i < 8; i++) {
      o.zero_grad();
      w.mul(scale).sub(1).pow(2).sum().backward();
      o.step();
      path.push(w.tolist());
    }
    const options = Object.keys(o.param_groups[0]!).filter((key) => key !== "params");
    return [
      [name, path],
      [`${name} state`, [Object.keys(o.state.get(w) ?? {}).sort(), options.sort()]],
    ];
  });
  const w = leaf();
  const o = new O.LBFGS([w], { lr: 0.5 });
  const closure = (): torch.Tensor => {
    o.zero_grad();
    const value = w.mul(scale).sub(1).pow(4).sum();
    value.backward();
    return value;
  };
  const losses = Array.from({ length: 4 }, () => o.step(closure).item());
  return [...table, ["LBFGS", [...losses, ...(w.tolist() as number[])]]];
}

/** Prints and branches in the middle of a forward pass. */
export class Talkative extends nn.Module {
  rnn = new nn.RNNCell(3, 3);
  can_drop = true;
  said: number[][] = [];

  override forward(x: torch.Tensor, hx: torch.Tensor, drop = false): torch.Tensor {
    const hx2 = this.rnn(x, hx);
    this.said.push([hx.mean().item(), hx.var().item()]);
    return hx.max().item() > 10 || (this.can_drop && drop) ? hx : hx2;
  }
}

export function random(): Record<string, unknown> {
  return {
    rand: torch.rand(3),
    "rand double": torch.rand(2, { dtype: torch.float64 }),
    "randn 3": torch.randn(3),
    "randn 20": torch.randn(20),
    randint: torch.randint(0, 10, [8]),
    randperm: torch.randperm(10),
    bernoulli: torch.bernoulli(torch.full([8], 0.5)),
    multinomial: torch.multinomial(t([0.1, 0.2, 0.7]), 8, true),
    "multinomial 1": torch.multinomial(t([0.1, 0.2, 0.7]), 1),
    normal_: torch.empty(3).normal_(2, 3),
    uniform_: torch.empty(3).uniform_(-1, 1),
    exponential_: torch.empty(3).exponential_(),
    "big randint": torch.randint(0, 2 ** 40, [2]),
    random_: String(torch.empty([], { dtype: torch.int64 }).random_().item()),
  };
}

export function initialisers(): Table<torch.Tensor> {
  const w = torch.empty(3, 5);
  const { init } = nn;
  const makers: Table<(w: torch.Tensor) => torch.Tensor> = [
    ["xavier_uniform_", (x) => init.xavier_uniform_(x)],
    ["xavier_normal_", (x) => init.xavier_normal_(x)],
    ["kaiming_uniform_", (x) => init.kaiming_uniform_(x)],
    ["kaiming_normal_", (x) => init.kaiming_normal_(x)],
    ["orthogonal_", (x) => init.orthogonal_(x)],
    ["trunc_normal_", (x) => init.trunc_normal_(x)],
    ["sparse_", (x) => init.sparse_(x, 0.5)],
  ];
  return makers.map(([name, make]) => {
    torch.manual_seed(4);
    return [name, make(w).clone()];
  });
}
