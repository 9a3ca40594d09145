import { findBackend, type Kernel, manual_seed, rand, randn, type Tensor, zeros } from "@tt/core";
import "@tt/core/neural";
import { beforeAll, expect, it } from "vitest";
import { expectClose, install } from "../testing.ts";

beforeAll(async () => {
  await install();
  manual_seed(0);
});

const run = (name: string, outs: readonly Tensor[], args: readonly unknown[]): readonly Tensor[] => {
  const { device } = outs[0]!;
  const moved = args.map((arg) => (typeof arg === "object" && arg !== null ? (arg as Tensor).to(device) : arg));
  (findBackend(device.type).kernels[name] as Kernel)(outs, ...moved);
  return outs;
};

const like = (tensors: readonly Tensor[], device: string): Tensor[] => tensors.map((t) => zeros(t.shape, { device }));

it.each<[string, (m: number, n: number) => Tensor | null, boolean, number, number]>([
  ["no mask", () => null, false, 130, 70],
  ["a causal mask", () => null, true, 130, 130],
  ["a causal mask over fewer keys", () => null, true, 70, 41],
  ["numbers to add", (m, n) => randn(2, 1, m, n), false, 65, 37],
  ["flags for all rows", (_, n) => rand(2, 1, 1, n).gt(0.2), false, 64, 64],
])("attention with %s agrees with the cpu's", (_, maskOf, causal, m, n) => {
  const mask = maskOf(m, n);
  // Heads behind the rows, as they come out of a projection.
  const q = randn(2, m, 3, 20).transpose(1, 2);
  const k = randn(2, n, 3, 20).transpose(1, 2);
  const v = randn(2, 3, n, 15);
  const outs = [zeros(2, 3, m, 15), zeros(2, 3, m, 2)];
  const given = [q, k, v, mask];
  const want = run("attention_forward", like(outs, "cpu"), [...given, causal, 0.3]);
  const got = run("attention_forward", like(outs, "wasm"), [...given, causal, 0.3]);
  got.forEach((x, i) => expectClose(x, want[i]!, 1e-5));
  const saved = [randn(2, 3, m, 15), ...given, ...want, causal, 0.3];
  const gradients = run("attention_backward", like([q, k, v], "cpu"), saved);
  run("attention_backward", like([q, k, v], "wasm"), saved).forEach((x, i) => {
    expect(x.device.type).toBe("wasm");
    expectClose(x, gradients[i]!, 2e-5);
  });
});
