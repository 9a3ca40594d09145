/** Workers load modules as Node does: what they do is tried in a process of its own, with the package as it was built. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const found = new Map<string, unknown>();

beforeAll(async () => {
  const script = fileURLToPath(new URL("../../test/workers.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script], {
    timeout: 280_000,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  for (const line of stdout.trim().split("\n")) {
    const [name, value] = JSON.parse(line) as [string, unknown];
    found.set(name, value);
  }
}, 300_000);

describe("a DataLoader with workers", () => {
  it.each<[string, unknown]>([
    ["order", [[0, 1], [4, 9], [16, 25], [36]]],
    ["factory", [[0, 1], [4]]],
    ["subset", [[64, 1], [9]]],
    ["array", [[3, 1], [2]]],
    // torch.manual_seed(5); [*DataLoader(TensorDataset(torch.arange(10)), 4, shuffle=True, num_workers=1)]
    [
      "tensors",
      [
        [8, 3, 0, 5],
        [9, 1, 6, 2],
        [4, 7],
      ],
    ],
    ["stream", [[0, 2], [1, 3], [4, 6], [5]]],
    [
      "cached",
      [
        [
          [1, 2, 3],
          [1, 2, 3],
          [1, 2, 3],
          [1, 2, 3],
        ],
        [true, true],
      ],
    ],
    ["collate here", [3]],
    ["collate there", [14]],
    ["init", [[0], [1], [0], [1]]],
    ["persistent", [4, true]],
    ["left early", [0, 1]],
    [
      "tar",
      [
        ["a/0", 0],
        ["b/0", 0],
        ["a/1", 1],
        ["b/1", 1],
        ["a/2", 2],
        ["b/2", 2],
      ],
    ],
    ["rows", [{ x: 1, y: "a" }, { x: 2, y: "b" }, { x: 3, y: "c" }, [1], [3], [2]]],
  ])("%s", (name, value) => {
    expect(found.get(name)).toEqual(value);
  });

  it("brings a worker's error into the loop, of its kind and with its stack", () => {
    expect(found.get("error")).toBe(
      "ValueError: Caught ValueError in DataLoader worker process 1.\nOriginal stack:\n...\nValueError: no such square",
    );
  });

  it("says when a worker has died, and when it takes too long", () => {
    expect(found.get("death")).toBe("RuntimeError: DataLoader worker (pid(s) N) exited unexpectedly with exit code 3");
    const [text, milliseconds] = found.get("killed") as [string, number];
    expect(text).toBe("RuntimeError: DataLoader worker (pid(s) N) exited unexpectedly with exit code 1");
    expect(milliseconds).toBeLessThan(1000);
    expect(found.get("timeout")).toBe("RuntimeError: DataLoader timed out after 0.5 seconds");
  });

  it("gives batches on the devices they have without workers", () => {
    const [plain, without, workers] = found.get("devices") as [string, unknown][][];
    const given = [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ];
    expect(plain!.map(([device]) => device)).toEqual(["cpu", "cpu", "elsewhere", "elsewhere", "cpu"]);
    expect(without).toEqual([
      ["elsewhere", [0, 1, 2, 3]],
      ["cpu", [0, 1, 2, 3]],
      ["elsewhere", given],
      ["elsewhere", [1, 1]],
      ["elsewhere", [1, 2]],
    ]);
    expect(workers).toEqual(without);
  });

  it("loads with two workers in half the time", () => {
    expect(found.get("twice as fast")).toBeGreaterThan(1.8);
  });

  it("takes no more memory from epoch to epoch", () => {
    const epochs = found.get("epochs") as [number, number][];
    expect(epochs.map(([bytes]) => bytes)).toEqual(epochs.map(() => 400 * 131_072 * 4));
    // The first finds how much is needed; what follows is noise beside the 200 MB of an epoch.
    expect(epochs[3]![1] - epochs[1]![1]).toBeLessThan(100e6);
  });

  it("says what does not cross threads, and what to do", () => {
    expect(found.get("closure")).toContain(
      "TypeError: DataLoader: num_workers > 0 needs a dataset that workers can make anew",
    );
    expect(found.get("closure")).toContain("importDataset(new URL(");
    expect(found.get("closure as worker_init_fn")).toContain("importFunction(");
    expect(found.get("missing class")).toContain("has no class or function named NoSuchThing");
    expect(found.get("without waiting")).toContain('use "for await');
  });
});
