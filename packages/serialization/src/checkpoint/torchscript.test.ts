import { describe, expect, it } from "vitest";
import { bytesOf, encode, expected, normalize, path } from "../../test/oracle.ts";
import { readTorchScript, readTorchScriptSync, ScriptObject } from "../index.ts";

describe.each(["torchscript_script.pt", "torchscript_trace.pt"])("%s", (file) => {
  it("gives the module's state dict", () => {
    const archive = readTorchScriptSync(path(file));
    const want = normalize(expected(file).state_dict) as { dict: [string, unknown][] };
    const plain = Object.fromEntries(want.dict);
    const got = Object.fromEntries(
      Object.entries(archive.state_dict()).map(([name, tensor]) => [name, encode(tensor.detach())]),
    );
    expect(got).toEqual(plain);
    expect(Object.keys(got)).toEqual(Object.keys(plain));
  });

  it("lists modules, their classes and their code", async () => {
    const { module, code } = await readTorchScript(new Blob([bytesOf(file)]));
    expect(module).toBeInstanceOf(ScriptObject);
    expect(module.type).toMatch(/^__torch__\.torch\.nn\.modules\.container\.(___torch_mangle_\d+\.)?Sequential$/);
    expect(Object.keys(module.attributes)).toEqual(["0", "1", "2", "training", "_is_full_backward_hook"]);
    expect(module.attributes["training"]).toBe(false);
    const linear = module.attributes["0"] as ScriptObject;
    const source = code.get(`${linear.type.split(".").slice(0, -1).join("/")}.py`);
    expect(source).toContain("class Linear(Module):");
  });
});

it("refuses what torch.save wrote", () => {
  expect(() => readTorchScriptSync(path("mlp.pth"))).toThrow("use torch.load");
});
