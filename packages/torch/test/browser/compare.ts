import { wasm } from "@tt/backend-wasm";
import * as torch from "../../src/index.ts";
import { Trainer } from "../training.ts";

const F = torch.nn.functional;
type T = torch.Tensor;

const OPS: Readonly<Record<string, (a: T, b: T) => T>> = {
  add: (a, b) => a.add(b),
  exp: (a) => a.exp(),
  tanh: (a, b) => a.mul(b).tanh(),
  mm: (a, b) => a.mm(b.t()),
  sum: (a) => a.sum(1),
  softmax: (a) => F.softmax(a, { dim: 1 }),
  layer_norm: (a) => F.layer_norm(a, [64]),
  conv2d: (a, b) => F.conv2d(a.view(1, 4, 24, 64), b.at(0, ":36").view(1, 4, 3, 3)),
  max_pool2d: (a) => F.max_pool2d(a.view(4, 1, 24, 64), 2),
  cumsum: (a) => a.cumsum(0),
  sort: (a) => a.sort(1)[0],
  gather: (a, b) => a.gather(1, b.argsort(1)),
};

/** Computes each op on the cpu and the wasm device; gives the names of those that differ, after a few steps of training. */
export async function compare(): Promise<string[]> {
  if (!("wasm" in torch.memory_stats())) await torch.use(wasm(), { default: false });
  torch.manual_seed(0);
  const [a, b] = [torch.rand(96, 64), torch.rand(96, 64)];
  const wrong = Object.entries(OPS).flatMap(([name, op]) => {
    const want = op(a, b);
    const got = op(a.to("wasm"), b.to("wasm"));
    const close = got.device.type === "wasm" && torch.allclose(got.cpu(), want, { rtol: 1e-4, atol: 1e-5 });
    return close ? [] : [name];
  });
  const [cpu, device] = [new Trainer("cpu"), new Trainer("wasm")];
  torch.manual_seed(1);
  const wanted = Array.from({ length: 5 }, () => cpu.step());
  torch.manual_seed(1);
  const losses = Array.from({ length: 5 }, () => device.step());
  if (losses.some((loss, i) => Math.abs(loss - wanted[i]!) > 1e-3)) wrong.push(`training: ${losses.join()}`);
  return wrong;
}
