import { gpu } from "@tt/backend-gpu";
import * as torch from "@tt/torch";
import type { Tensor } from "@tt/torch";
import { gpt } from "../../workloads/gpt.ts";
import { steps } from "../../workloads/steps.ts";
import { type Contender, MLP, numbers, type Running, sizeOf } from "../contender.ts";
import { ELEMENTS } from "../workloads.ts";

const { nn, optim } = torch;
const F = nn.functional;

async function open(): Promise<Contender> {
  const backend = await gpu({ provider: "webgpu", powerPreference: "high-performance" });
  await torch.use(backend, { default: false });
  const finish = async (): Promise<void> => {
    await backend.synchronize!(torch.device("gpu"));
  };
  const random = (...shape: number[]): Tensor =>
    torch
      .tensor(numbers(shape.reduce((a, b) => a * b, 1)))
      .reshape(shape)
      .to("gpu");
  /** The loss is not read: a training loop reads it now and then. */
  const setup = async (id: string): Promise<Running | null> => {
    if (id.startsWith("gpu.matmul")) {
      const n = sizeOf(id);
      const dtype = id.endsWith("f16") ? torch.float16 : torch.float32;
      const [a, b] = [random(n, n).to(dtype), random(n, n).to(dtype)];
      return { run: () => a.mm(b), finish };
    }
    if (id === "gpu.ew.add" || id === "gpu.ew.chain" || id === "gpu.sum") {
      const [a, b] = [random(ELEMENTS), random(ELEMENTS)];
      if (id === "gpu.sum") return { run: () => a.sum(), finish };
      return { run: id === "gpu.ew.add" ? () => a.add(b) : () => F.gelu(a).mul(b).add(a), finish };
    }
    if (id === "gpu.mlp") {
      const [i, h, h2, o] = MLP.widths;
      const model = new nn.Sequential(
        new nn.Linear(i, h),
        new nn.ReLU(),
        new nn.Linear(h, h2),
        new nn.ReLU(),
        new nn.Linear(h2, o),
      ).to("gpu");
      const optimiser = new optim.SGD(model.parameters(), { lr: 0.01 });
      const x = random(MLP.batch, i);
      const y = torch.randint(0, o, [MLP.batch]).to("gpu");
      const run = (): void => {
        optimiser.zero_grad();
        F.cross_entropy(model(x), y).backward();
        optimiser.step();
      };
      return { run, finish };
    }
    const workload = id === "gpu.cnn" ? steps.find((one) => one.id === "mnist") : gpt[0];
    const run = await workload!.setup({ device: "gpu", read: false });
    return { run, finish };
  };
  const { vendor, architecture, description, f16, subgroups } = backend.caps as unknown as Record<string, string>;
  return { info: `${vendor} ${architecture} ${description}; f16 ${f16}, subgroups ${subgroups}`, setup };
}

globalThis.contender = open();
