import { randn, use } from "@tt/core";
import { get_num_threads, set_num_threads } from "@tt/core/threads";
import { expect, it } from "vitest";
import { wasm } from "../src/index.ts";

it("computes on one thread in a page that may not share memory", async () => {
  expect(crossOriginIsolated).toBe(false);
  await use(wasm({ threads: 4 }));
  const [a, b] = [randn(300, 200), randn(200, 100)];
  const difference = a.mm(b).sub(a.cpu().double().mm(b.cpu().double()).float().to("wasm"));
  expect(difference.abs().max().item()).toBeLessThan(1e-4);
  set_num_threads(4);
  expect(get_num_threads()).toBe(1);
});
