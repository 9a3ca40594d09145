import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manual_seed, rand } from "@tt/core";
import { hub, save } from "@tt/serialization";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as models from "./index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tt-models-"));
  hub.set_dir(folder);
});
afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true });
});

it("knows its models and their weights by name", () => {
  expect(models.list_models()).toContain("resnet18");
  expect(models.list_models()).toHaveLength(79);
  const weights = models.get_weight("ResNet50_Weights.IMAGENET1K_V2");
  expect(weights).toBe(models.ResNet50_Weights.DEFAULT);
  expect(weights.meta.num_params).toBe(25557032);
  expect(weights.meta.categories?.[1]).toBe("goldfish");
  expect(weights.transforms().resize_size).toBe(232);
  expect(() => models.get_weight("ResNet50_Weights.V9")).toThrow("Unknown value 'V9' for ResNet50_Weights.");
  expect(() => models.get_model("resnet19")).toThrow("Unknown model resnet19");
});

it("has as many parameters as the published weights", () => {
  const net = models.squeezenet1_1();
  const count = [...net.parameters()].reduce((sum, p) => sum + p.numel(), 0);
  expect(count).toBe(models.SqueezeNet1_1_Weights.DEFAULT.meta.num_params);
});

it("refuses options that there are not, and classes that weights do not have", async () => {
  expect(() => models.resnet18({ num_clases: 3 } as never)).toThrow("unexpected keyword argument 'num_clases'");
  await expect(models.resnet18({ num_classes: 3, weights: "DEFAULT" })).rejects.toThrow(
    "The parameter 'num_classes' expected value 1000 but got 3 instead.",
  );
  await expect(models.resnet18({ weights: models.VGG11_Weights.DEFAULT })).rejects.toThrow("expected ResNet18_Weights");
});

it("loads weights from where torchvision keeps them, and says so when there is no network", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed", { cause: new Error("ENOTFOUND") })));
  await expect(models.squeezenet1_1({ weights: "DEFAULT" })).rejects.toThrow(`put the file at ${folder}/checkpoints`);
});

it("downloads weights once", async () => {
  manual_seed(1);
  const trained = models.squeezenet1_1();
  const file = join(folder, "trained.pth");
  await save(trained.state_dict(), file);
  let server: Server | undefined;
  const { readFileSync } = await import("node:fs");
  const base = await new Promise<string>((resolve) => {
    server = createServer((_request, response) => void response.end(readFileSync(file)));
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server!.address() as AddressInfo).port}`));
  });
  const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>((url, init) =>
    realFetch(base + new URL(url).pathname, init),
  );
  const realFetch = globalThis.fetch;
  vi.stubGlobal("fetch", fetched);
  for (let i = 0; i < 2; i++) {
    const net = await models.squeezenet1_1({ weights: "IMAGENET1K_V1" });
    const x = rand(1, 3, 32, 32);
    expect(net.eval()(x).tolist()).toEqual(trained.eval()(x).tolist());
  }
  expect(fetched).toHaveBeenCalledTimes(1);
  server!.close();
});
