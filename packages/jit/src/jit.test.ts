import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BytesIO, readTorchScriptSync } from "@tt/serialization";
import { no_grad, NotImplementedError, ones, RuntimeError, tensor, type Tensor, ValueError } from "@tt/core";
import { Linear } from "@tt/nn";
import { describe, expect, it } from "vitest";
import { Interpreter } from "./interpreter.ts";
import { load, loadSync, ScriptModule } from "./index.ts";

const folder = fileURLToPath(new URL("../test/", import.meta.url));
const path = `${folder}model.pt`;

interface Expected {
  readonly input: number[][];
  readonly total: number[][];
  readonly last: number[][];
  readonly keys: string[];
  readonly greeting: string;
  readonly state: string[];
  readonly grads: Record<string, number>;
}

const expected = JSON.parse(readFileSync(`${folder}expected.json`, "utf8")) as Expected;

const near = (actual: Tensor, values: number[][]): void =>
  expect(actual.sub(tensor(values)).abs().max().item()).toBeLessThan(1e-4);

describe("torch.jit.load", () => {
  it("gives the module that Python saved: its state, its values, its gradients", async () => {
    const model = await load(path);
    expect(model).toBeInstanceOf(ScriptModule);
    expect(Object.keys(model.state_dict())).toEqual(expected.state);
    const x = tensor(expected.input);
    no_grad(() => model(x));
    model.eval();
    const [total, named, keys, greeting] = model(x) as [Tensor, Map<string, Tensor>, string[], string];
    near(total, expected.total);
    near(named.get("last")!, expected.last);
    expect([keys, greeting]).toEqual([expected.keys, expected.greeting]);
    expect((model.state_dict() as Record<string, Tensor>)["scales.0.calls"]!.item()).toBe(2);
    total.sum().backward();
    for (const [name, parameter] of model.named_parameters()) {
      const sum = parameter.grad?.sum().item() as number;
      expect({ name, near: Math.abs(sum - expected.grads[name]!) < 1e-2 * (1 + Math.abs(sum)) }).toEqual({
        name,
        near: true,
      });
    }
  });

  it("takes weights, and uses them wherever the archive keeps them", () => {
    const [one, other] = [loadSync(path), loadSync(path)];
    one.eval();
    other.eval();
    no_grad(() => {
      for (const parameter of other.parameters()) parameter.mul_(0.5);
      const x = tensor(expected.input);
      const [before] = one(x) as [Tensor];
      one.load_state_dict(other.state_dict());
      const [after] = one(x) as [Tensor];
      expect(after.sub(before).abs().max().item()).toBeGreaterThan(0.1);
      near(after, (other(x) as [Tensor])[0].tolist() as number[][]);
    });
  });

  it("has exported methods, and prints as PyTorch's", () => {
    const model = loadSync(path);
    expect((model as unknown as { greet(n: number): string }).greet(7)).toBe("v7");
    expect(String(model)).toContain("(lstm): ScriptModule(original_name=LSTM)");
    expect(model.code).toContain("def forward(self");
  });

  it("raises what the model raises", () => {
    expect(() => loadSync(path)(ones(2, 3, 3))).toThrow(ValueError);
    expect(() => loadSync(path)(ones(0, 3))).toThrow("AssertionError: no rows");
    expect(() => loadSync(path)(ones(2, 3), 1)).toThrow("forward() expected at most 2 argument(s)");
  });

  it("refuses what is no archive", () => {
    expect(() => loadSync(new BytesIO(new Uint8Array([1, 2, 3])))).toThrow("failed finding central directory");
    expect(new Linear(1, 1)).not.toBeInstanceOf(ScriptModule);
  });
});

describe("the interpreter", () => {
  const run = (body: string, ...args: unknown[]): unknown => {
    const names = args.map((_, i) => `a${i}`).join(", ");
    const code = `class M(Module):\n  def forward(${["self", names].filter((name) => name !== "").join(", ")}):\n${body
      .trim()
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n")}\n`;
    const interpreter = new Interpreter(new Map([["__torch__.py", code]]), ["constant"]);
    return interpreter.method(null, interpreter.classOf("__torch__.M"), "forward", args);
  };

  it.each<[string, unknown[], unknown]>([
    ["return torch.floordiv(a0, 2)", [-3], -2],
    ["return torch.remainder(a0, 3)", [-1], 2],
    ["return torch.div(a0, 2)", [3], 1.5],
    ["x, y, = a0\nreturn (y, x)", [[1, 2]], [2, 1]],
    ["a, b = a0, torch.add(a0, 1)\nreturn [a, b]", [1], [1, 2]],
    ['return torch.format("{} and {}", a0, [1.5, 2])', ["x"], "x and [1.5, 2]"],
    ["return torch.slice(a0, 1, None, 2)", [[1, 2, 3, 4]], [2, 4]],
    ["return CONSTANTS.c0", [], "constant"],
    ['d = {"a": 1}\ntorch._set_item(d, "b", 2)\nreturn torch.keys(d)', [], ["a", "b"]],
    ["s = 0\nfor i in range(1, a0):\n  s = torch.add(s, i)\nreturn s", [5], 10],
    ["if torch.__contains__(a0, 3):\n  return 1\nelse:\n  return -1", [[1, 2]], -1],
    ["return torch.eq(a0, [1, 2])", [[1, 2]], true],
    ["return int(a0)", [2.7], 2],
    ["return a0[-1]", [[1, 2]], 2],
  ])("%s", (body, args, value) => {
    expect(run(body, ...args)).toEqual(value);
  });

  it("names what it lacks", () => {
    expect(() => run("return torch.no_such_thing(a0)", ones(1))).toThrow(NotImplementedError);
    expect(() => run("return torch.no_such_thing(a0)", ones(1))).toThrow("aten::no_such_thing(Tensor)");
    expect(() => run("return ops.custom.thing(a0)", ones(1))).toThrow("custom::thing");
    expect(() => run("return a0[5]", [1])).toThrow("list index out of range");
    expect(() => run("import os", ones(1))).toThrow(RuntimeError);
    expect(() => run("return (self).forward(a0)", ones(1))).toThrow(RuntimeError);
    expect(() => run(`return ${"(".repeat(5000)}1${")".repeat(5000)}`)).toThrow("too deeply nested");
  });

  it("cannot be reached around: names of JavaScript mean nothing", () => {
    expect(() => run("return constructor(a0)", ones(1))).toThrow("TorchScript: constructor is not defined");
    expect(() => run("return process.exit(1)", ones(1))).toThrow("TorchScript: process.exit is not defined");
    expect(() => run("return a0.constructor", ones(1))).toThrow("prim::constructor");
    expect(() => run("return torch.constructor(a0)", ones(1))).toThrow("aten::constructor(Tensor)");
    expect(() => run("return torch.__proto__(a0)", 1)).toThrow("aten::__proto__(number)");
  });

  it("reads the archive alone as well", () => {
    expect(readTorchScriptSync(path).module.type).toBe("__torch__.Model");
  });
});
