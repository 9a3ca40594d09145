import { ones, Parameter, rand, type Tensor, zeros } from "@tt/core";
import { describe, expect, it } from "vitest";
import { BatchNorm1d, factory_kwargs, LazyInstanceNorm1d, Linear, Module, Sequential } from "../index.ts";

class Net extends Module {
  scale = new Parameter(ones(1));
  body = new Sequential(new Linear(2, 3), new BatchNorm1d(3));

  override forward(x: Tensor): Tensor {
    return this.body(x).mul(this.scale);
  }
}

const names = (entries: Iterable<[string, unknown]>): string[] => Array.from(entries, ([name]) => name);

describe("walking a module", () => {
  it("takes PyTorch's arguments by position and by name", () => {
    const net = new Net();
    expect(names(net.named_parameters())).toEqual([
      "scale",
      "body.0.weight",
      "body.0.bias",
      "body.1.weight",
      "body.1.bias",
    ]);
    expect(names(net.named_parameters({ recurse: false }))).toEqual(["scale"]);
    expect(names(net.named_parameters("net", false))).toEqual(["net.scale"]);
    expect(names(net.named_parameters("net", { recurse: false }))).toEqual(["net.scale"]);
    expect(Array.from(net.parameters({ recurse: false }), (p) => p === net.scale)).toEqual([true]);
    expect(names(net.named_buffers({ prefix: "b" }))).toEqual([
      "b.body.1.running_mean",
      "b.body.1.running_var",
      "b.body.1.num_batches_tracked",
    ]);
    expect(() => net.named_parameters({ recursive: true } as never)).toThrow("unexpected keyword argument 'recursive'");
  });

  it("gives shared modules once, or as often as they appear", () => {
    const shared = new Linear(1, 1);
    const twice = new Sequential(shared, shared);
    expect(names(twice.named_modules())).toEqual(["", "0"]);
    expect(names(twice.named_modules({ remove_duplicate: false }))).toEqual(["", "0", "1"]);
    expect(names(twice.named_modules({ prefix: "net" }))).toEqual(["net", "net.0"]);
    expect(names(twice.named_modules(new Set<Module>([shared])))).toEqual([""]);
  });

  it("switches modes and gradients by keyword too", () => {
    const net = new Net();
    expect(net.train({ mode: false }).body.training).toBe(false);
    net.requires_grad_({ requires_grad: false });
    expect([...net.parameters()].some((p) => p.requires_grad)).toBe(false);
  });
});

describe("load_state_dict", () => {
  it("lists what does not fit, in PyTorch's words, and changes nothing", () => {
    const net = new Net();
    const before = net.body.state_dict()["0.weight"]!.clone();
    const state = { ...new Net().state_dict(), "body.0.weight": zeros(1, 1), extra: ones(1) };
    delete (state as Record<string, unknown>)["scale"];
    expect(() => net.load_state_dict(state)).toThrow(
      'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "scale". \n\tUnexpected key(s) in state_dict: "extra". \n\tsize mismatch for body.0.weight: copying a param with shape torch.Size([1, 1]) from checkpoint, the shape in current model is torch.Size([3, 2]).',
    );
    expect(net.body.state_dict()["0.weight"]!.equal(before)).toBe(true);
    delete (state as Record<string, unknown>)["body.0.weight"];
    expect(net.load_state_dict(state, { strict: false })).toMatchObject({
      missing_keys: ["scale", "body.0.weight"],
      unexpected_keys: ["extra"],
    });
  });
});

describe("hooks", () => {
  it("of every kind are called in order, may replace, and can be taken out", () => {
    const layer = new Linear(2, 2);
    const calls: string[] = [];
    const handles = [
      layer.register_forward_pre_hook((_m, [x]) => {
        calls.push("pre");
        return (x as Tensor).mul(2);
      }),
      layer.register_forward_hook((_m, _args, y) => {
        calls.push("forward");
        return (y as Tensor).mul(0);
      }),
      layer.register_full_backward_pre_hook(() => void calls.push("backward pre")),
      layer.register_full_backward_hook(
        (_m, [gx], [gy]) => void calls.push(`backward ${String(gx?.shape)} ${String(gy?.shape)}`),
      ),
    ];
    const x = rand(3, 2).requires_grad_();
    const y = layer(x);
    expect(y.abs().max().item()).toBe(0);
    y.sum().backward();
    expect(calls).toEqual(["pre", "forward", "backward pre", "backward 3,2 3,2"]);
    for (const handle of handles) handle.remove();
    layer(x);
    expect(calls.length).toBe(4);
  });

  it("see state dicts saved and loaded", () => {
    const layer = new Linear(1, 1);
    const seen: string[] = [];
    layer.register_state_dict_hook((_m, state) => void seen.push(Object.keys(state).join()));
    layer.register_load_state_dict_pre_hook((_m, state) => void seen.push(`load ${Object.keys(state).join()}`));
    layer.register_load_state_dict_post_hook(
      (_m, { missing_keys }) => void seen.push(`missing ${missing_keys.join()}`),
    );
    layer.load_state_dict({ weight: layer.state_dict()["weight"]! }, { strict: false });
    expect(seen).toEqual(["weight,bias", "load weight", "missing bias"]);
  });
});

describe("factory_kwargs", () => {
  it("takes what factories take", () => {
    expect(factory_kwargs(null)).toEqual({});
    expect(factory_kwargs({ device: "cpu", factory_kwargs: { dtype: "x" } })).toEqual({ device: "cpu", dtype: "x" });
    expect(() => factory_kwargs({ bias: true })).toThrow("unexpected kwargs {'bias'}");
    expect(() => factory_kwargs({ dtype: 1, factory_kwargs: { dtype: 2 } })).toThrow(
      "dtype specified twice, in **kwargs and in factory_kwargs",
    );
  });
});

describe("lazy instance norms", () => {
  it("are affine and keep statistics unless told otherwise", () => {
    const norm = new LazyInstanceNorm1d();
    norm(rand(2, 3, 4));
    expect(Object.keys(norm.state_dict())).toEqual([
      "weight",
      "bias",
      "running_mean",
      "running_var",
      "num_batches_tracked",
    ]);
    expect(Object.keys(new LazyInstanceNorm1d({ affine: false, track_running_stats: false }).state_dict())).toEqual([]);
  });
});
