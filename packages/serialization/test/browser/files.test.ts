/** Checkpoints in a page: kept in OPFS, downloaded, loaded from a file input, fetched and cached. */
import { float32, Tensor } from "@tt/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BytesIO, download, hub, load, loadSync, npy, safetensors, save } from "../../src/index.ts";
import { counting } from "../tensors.ts";

interface Checkpoint {
  epoch: number;
  weight: Tensor;
  transposed: Tensor;
}

function checkpoint(): Checkpoint {
  const weight = counting(float32, [60, 1000]);
  return { epoch: 3, weight, transposed: weight.t() };
}

function expectCheckpoint(loaded: Checkpoint): void {
  const want = checkpoint();
  expect(loaded.epoch).toBe(3);
  expect(loaded.weight.shape).toEqual([60, 1000]);
  expect(loaded.transposed.strides).toEqual([1, 1000]);
  expect(loaded.transposed.storage).toBe(loaded.weight.storage);
  expect(loaded.weight.array).toEqual(want.weight.array);
}

async function asFile(name: string): Promise<File> {
  const buffer = new BytesIO();
  await save(checkpoint(), buffer);
  return new File([buffer.getvalue()], name);
}

afterEach(() => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe("the browser's own file system", () => {
  it("keeps a checkpoint, replacing the one before only when the new one is whole", async () => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle("model.pth", { create: true });
    try {
      const seen: [number, number][] = [];
      await save(checkpoint(), handle, { progress: (done, total) => seen.push([done, total]) });
      const file = await handle.getFile();
      expect(seen.at(-1)).toEqual([file.size, file.size]);
      expectCheckpoint((await load(file)) as Checkpoint);

      const controller = new AbortController();
      const options = { signal: controller.signal, progress: () => controller.abort() };
      await expect(save({ epoch: 4, weight: counting(float32, [60, 1000]) }, handle, options)).rejects.toThrow("abort");
      expectCheckpoint((await load(await handle.getFile())) as Checkpoint);
    } finally {
      await folder.removeEntry("model.pth");
    }
  });
});

describe("a file input", () => {
  it("gives a file that loads, with progress", async () => {
    const input = document.createElement("input");
    input.type = "file";
    document.body.append(input);
    const chosen = new DataTransfer();
    chosen.items.add(await asFile("chosen.pth"));
    input.files = chosen.files;
    const file = input.files[0]!;
    const seen: [number, number][] = [];
    expectCheckpoint((await load(file, { progress: (done, total) => seen.push([done, total]) })) as Checkpoint);
    expect(seen.at(-1)).toEqual([file.size, file.size]);
  });

  it("may give a damaged or malicious file, which is refused", async () => {
    const bytes = new Uint8Array(await (await asFile("x.pth")).arrayBuffer());
    await expect(load(new File([bytes.subarray(0, bytes.length / 2)], "half.pth"))).rejects.toThrow("truncated");
    bytes[bytes.length / 2] = bytes[bytes.length / 2]! ^ 1;
    await expect(load(new File([bytes], "flipped.pth"))).rejects.toThrow("checksum");
    await expect(load(new File(["hello"], "hello.pth"))).rejects.toThrow("the file is no checkpoint");
    const evil = "\x80\x02cos\nsystem\n(X\x02\0\0\0lstR.";
    await expect(load(new File([Uint8Array.from(evil, (c) => c.charCodeAt(0))], "evil.pth"))).rejects.toThrow(
      "os.system",
    );
  });
});

describe("a download", () => {
  it("is a click on a link to the file", async () => {
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    await download(checkpoint(), "model.pth");
    const link = click.mock.contexts[0] as HTMLAnchorElement;
    expect(link.download).toBe("model.pth");
    expectCheckpoint((await load(link.href)) as Checkpoint);
  });
});

describe("the network", () => {
  it("gives weights once, which are kept in the browser's cache", async () => {
    const file = await asFile("weights.pth");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const prefix = Array.from(digest.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const url = `https://weights.invalid/model-${prefix}.pth`;
    const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(file));
    try {
      expectCheckpoint((await hub.load_state_dict_from_url(url, { check_hash: true })) as Checkpoint);
      expectCheckpoint((await hub.load_state_dict_from_url(url, { check_hash: true })) as Checkpoint);
      expect(fetching).toHaveBeenCalledTimes(1);
      const other = "https://weights.invalid/model-00000000.pth";
      await expect(hub.load_state_dict_from_url(other, { check_hash: true })).rejects.toThrow("invalid hash value");
    } finally {
      await caches.delete("tt-hub");
    }
  });

  it("says so when it is not there", async () => {
    await expect(hub.load_state_dict_from_url("https://weights.invalid/model.pth")).rejects.toThrow(
      "https://weights.invalid/model.pth",
    );
  });
});

describe("other formats", () => {
  it("load from files as well, and in Workers' transferred bytes", async () => {
    const tensors = { weight: counting(float32, [3, 4]) };
    const file = new File([safetensors.save(tensors)], "model.safetensors");
    expect((await safetensors.load_file(file))["weight"]!.tolist()).toEqual(tensors.weight.tolist());
    const opened = await safetensors.safe_open(file);
    expect((await opened.get_tensor("weight")).tolist()).toEqual(tensors.weight.tolist());
    const buffer = new BytesIO();
    npy.save(buffer, tensors.weight);
    expect((await npy.load(new File([buffer.getvalue()], "x.npy"))) instanceof Tensor).toBe(true);
    const bytes = await (await asFile("x.pth")).arrayBuffer();
    expectCheckpoint(loadSync(bytes) as Checkpoint);
  });

  it("are fetched by paths, and cannot be saved to them", async () => {
    const fetching = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(await asFile("x.pth")));
    expectCheckpoint((await load("models/x.pth")) as Checkpoint);
    expect(fetching.mock.calls[0]![0]).toBe("models/x.pth");
    await expect(save(1, "model.pth")).rejects.toThrow("file system");
  });
});
