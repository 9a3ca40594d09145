import type { Tensor } from "@tt/core";
import { afterEach, describe, expect, it } from "vitest";
import { add_safe_globals, clear_safe_globals, get_safe_globals, load, loadSync, safe_globals } from "../index.ts";
import { writeZip } from "../zip/write.ts";

function checkpoint(pickle: string): Uint8Array {
  const records = {
    "data.pkl": Buffer.from(pickle, "latin1"),
    "data/0": new Uint8Array(16),
    version: Buffer.from("3\n"),
  };
  return Buffer.concat([
    ...writeZip(Object.entries(records).map(([name, data]) => ({ name: `archive/${name}`, data }))),
  ]);
}

const TENSOR =
  "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQK\0K\x04\x85K\x01\x85\x89NtR";
/** `Config([tensor], 2)` with the state `{"lr": 3}`. */
const CONFIG = `ctrain\nConfig\n](${TENSOR}eK\x02\x86R}X\x02\0\0\0lrK\x03sb.`;

class Config {
  readonly tensors: Tensor[];
  readonly depth: number;
  lr = 0;

  constructor(tensors: Tensor[], depth: number) {
    this.tensors = tensors;
    this.depth = depth;
  }
}

const make = (tensors: Tensor[], depth: number): Config => new Config(tensors, depth);

afterEach(clear_safe_globals);

describe("globals that users allow", () => {
  it("are refused before, in words that say what to do", () => {
    expect(() => loadSync(checkpoint(CONFIG))).toThrow(
      'GLOBAL train.Config was not an allowed global by default. Checkpoints are loaded as data, and nothing they name is run; save a state_dict() instead of the object itself, or say what stands for it: add_safe_globals([[make, "train.Config"]]).',
    );
  });

  it("make objects of finished arguments and states", () => {
    add_safe_globals([[make, "train.Config"]]);
    const config = loadSync(checkpoint(CONFIG)) as Config;
    expect(config).toBeInstanceOf(Config);
    expect([config.depth, config.lr, config.tensors.length]).toEqual([2, 3, 1]);
    expect(config.tensors[0]!.shape).toEqual([4]);
    expect(get_safe_globals()).toEqual([[make, "train.Config"]]);
    clear_safe_globals();
    expect(() => loadSync(checkpoint(CONFIG))).toThrow("train.Config");
  });

  it("are the function itself where a file holds the class itself", () => {
    add_safe_globals([[make, "train.Config"]]);
    expect(loadSync(checkpoint("ctrain\nConfig\n."))).toBe(make);
  });

  it("stay one object where Python had one, also in its own state", () => {
    add_safe_globals([[() => ({}), "train.Node"]]);
    const [first, second] = loadSync(checkpoint("](ctrain\nNode\n)Rq\0}X\x04\0\0\0selfh\0sbh\0e.")) as {
      self: object;
    }[];
    expect(first).toBe(second);
    expect(first!.self).toBe(first);
  });

  it("get other states through __setstate__", () => {
    const seen: unknown[] = [];
    add_safe_globals([[() => ({ __setstate__: (state: unknown) => void seen.push(state) }), "train.Node"]]);
    loadSync(checkpoint("ctrain\nNode\n)RK\x07b."));
    expect(seen).toEqual([7]);
    add_safe_globals([[() => ({}), "train.Node"]]);
    expect(() => loadSync(checkpoint("ctrain\nNode\n)RK\x07b."))).toThrow("needs a method __setstate__");
  });

  it("do not let a state change a prototype", () => {
    add_safe_globals([[() => ({}), "train.Node"]]);
    const node = loadSync(checkpoint("ctrain\nNode\n)R}X\x09\0\0\0__proto__}X\x01\0\0\0xK\x01ssb.")) as object;
    expect(Object.getPrototypeOf(node)).toBe(Object.prototype);
    expect("x" in node).toBe(false);
  });

  it("do not allow what is made of itself", () => {
    add_safe_globals([[(list: unknown) => ({ list }), "train.Node"]]);
    expect(() => loadSync(checkpoint("]q\0h\0ctrain\nNode\nh\0\x85Ra."))).toThrow("made later");
  });

  it("hold for a scope, also an asynchronous one", async () => {
    const bytes = checkpoint(CONFIG);
    expect(safe_globals([[make, "train.Config"]], () => loadSync(bytes) as unknown)).toBeInstanceOf(Config);
    expect(
      await safe_globals([[make, "train.Config"]], () => load(new Blob([new Uint8Array(bytes)])) as Promise<unknown>),
    ).toBeInstanceOf(Config);
    expect(get_safe_globals()).toEqual([]);
    {
      using _ = safe_globals([[make, "train.Config"]]);
      expect(get_safe_globals()).toHaveLength(1);
    }
    expect(get_safe_globals()).toEqual([]);
  });

  it("cannot be given by the class alone, whose name in Python nobody knows", () => {
    expect(() => add_safe_globals([Config as never])).toThrow("pairs of a function and a Python path");
    expect(() => add_safe_globals([[make, "nodots"]])).toThrow("pairs");
  });
});
