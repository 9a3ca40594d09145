import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Tensor } from "@tt/core";
import { Parameter } from "@tt/core";
import { describe, expect, it } from "vitest";
import { at, bytesOf, encode, entries, expected, normalize, path } from "../../test/oracle.ts";
import { BytesIO, load, loadSync } from "../index.ts";

const loadable = entries().filter((entry) => entry.loads === true && entry.file !== "sparse.pth");

describe("files that PyTorch wrote", () => {
  it.each(loadable)("$file holds what it should", ({ file }) => {
    expect(encode(loadSync(path(file)))).toEqual(normalize(expected(file).content));
  });

  it.each(loadable)("$file restores sharing, offsets and strides", ({ file }) => {
    const loaded: unknown = loadSync(path(file));
    for (const group of expected(file).sharing ?? []) {
      const tensors = group.map((member) => at(loaded, member.path) as Tensor);
      expect(new Set(tensors.map((tensor) => tensor.storage)).size).toBe(1);
      expect(tensors.map((tensor) => tensor.offset)).toEqual(group.map((member) => member.storage_offset));
      expect(tensors.map((tensor) => [...tensor.strides])).toEqual(group.map((member) => [...member.stride]));
    }
  });

  it("writes through a view are seen by the tensors that share its memory", () => {
    const { base, slice } = loadSync(path("views.pth")) as { base: Tensor; slice: Tensor };
    slice.array[slice.offset] = 42;
    expect(base.array[3]).toBe(42);
  });

  it("keeps Parameters Parameters", () => {
    const { p, frozen, leaf } = loadSync(path("parameter.pth")) as Record<string, Tensor>;
    expect([p, frozen, leaf].map((tensor) => [tensor instanceof Parameter, tensor!.requires_grad])).toEqual([
      [true, true],
      [true, false],
      [false, true],
    ]);
  });
});

it("makes sparse tensors of sparse tensors", () => {
  const { coo } = loadSync(path("sparse.pth")) as { coo: Tensor };
  expect([coo.layout, coo.shape]).toEqual(["torch.sparse_coo", [2, 2]]);
  expect(coo.to_dense().tolist()).toEqual([
    [0, 2],
    [3, 0],
  ]);
});

describe("sources", () => {
  const want = normalize(expected("checkpoint.pth").content);
  const bytes = bytesOf("checkpoint.pth");

  it.each<[string, () => Parameters<typeof load>[0]]>([
    ["a path", () => path("checkpoint.pth")],
    ["bytes", () => bytes],
    ["an ArrayBuffer", () => bytes.buffer],
    ["a Node Buffer", () => readFileSync(path("checkpoint.pth"))],
    ["a BytesIO", () => new BytesIO(bytes)],
    ["a Blob", () => new Blob([bytes])],
    ["a Response", () => new Response(bytes)],
    ["a stream", () => new Blob([bytes]).stream()],
    ["a data URL", () => `data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}`],
  ])("loads from %s", async (_, source) => {
    expect(encode(await load(source()))).toEqual(want);
  });

  it("loads from a FileHandle and leaves it open", async () => {
    const handle = await open(path("checkpoint.pth"));
    try {
      expect(encode(await load(handle))).toEqual(want);
      expect((await handle.stat()).size).toBe(bytes.length);
    } finally {
      await handle.close();
    }
  });

  it("does not alias the bytes it was given", () => {
    const mine = bytesOf("large.pth");
    const { w } = loadSync(mine) as { w: Tensor };
    (w.array as Float32Array).fill(0);
    expect(mine).toEqual(bytesOf("large.pth"));
  });

  it("says what a synchronous load cannot do", () => {
    expect(() => loadSync("https://example.org/x.pth")).toThrow("await load");
    expect(() => loadSync(new Blob([]) as never)).toThrow("await load");
  });

  it("reports progress up to the size of the file, and can be aborted", async () => {
    const seen: [number, number][] = [];
    await load(path("large.pth"), { progress: (done, total) => seen.push([done, total]) });
    expect(seen.at(-1)).toEqual([bytesOf("large.pth").length, bytesOf("large.pth").length]);
    await expect(load(path("large.pth"), { signal: AbortSignal.abort() })).rejects.toThrow("abort");
  });
});

describe("mmap", () => {
  it("reads a tensor's data when it is first looked at", () => {
    const { w } = loadSync(path("large.pth"), { mmap: true }) as { w: Tensor };
    expect(Object.getOwnPropertyDescriptor(w.storage, "host")?.get).toBeTypeOf("function");
    expect(w.array[7]).toBe(Math.fround(1));
    expect(Object.getOwnPropertyDescriptor(w.storage, "host")?.get).toBeUndefined();
  });

  it.each(["views.pth", "views.legacy.pth"])("gives what a plain load gives: %s", async (file) => {
    expect(encode(await load(path(file), { mmap: true }))).toEqual(normalize(expected(file).content));
  });

  it("needs a source that can be read at any time", async () => {
    await expect(load(new Blob([bytesOf("large.pth")]), { mmap: true })).rejects.toThrow("mmap needs a path or bytes");
  });
});

describe("map_location", () => {
  it("calls a function with the storage and its location", () => {
    const seen: string[] = [];
    loadSync(path("cnn.pth"), (storage, location) => {
      seen.push(`${location} ${storage.nbytes}`);
      return storage;
    });
    expect(seen).toHaveLength(9);
    expect(seen[0]).toBe("cpu 144");
  });

  it("brings CUDA tensors to the cpu unless told otherwise", () => {
    // Legacy files have no checksum that a changed location would break.
    const legacy = Buffer.from(bytesOf("mlp.legacy.pth"));
    legacy.write("gpu", legacy.indexOf("cpu"), "latin1");
    expect((loadSync(legacy) as Record<string, Tensor>)["0.weight"]!.device.type).toBe("cpu");
    expect(() => loadSync(legacy, { map_location: { gpu: "nowhere" } })).toThrow("nowhere");
    expect(() => loadSync(legacy, new Map([["gpu", "nowhere"]]))).toThrow("nowhere");
  });

  it("refuses unknown keywords and weights_only=False", () => {
    expect(() => loadSync(path("mlp.pth"), { map_loc: "cpu" } as never)).toThrow(
      "unexpected keyword argument 'map_loc'",
    );
    expect(() => loadSync(path("mlp.pth"), { weights_only: false } as never)).toThrow("weights_only");
  });
});
