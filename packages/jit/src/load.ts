import {
  type LoadSource,
  readTorchScript,
  readTorchScriptSync,
  type SyncLoadSource,
  type TorchScriptArchive,
  type TorchScriptOptions,
} from "@tt/serialization";
import { Interpreter } from "./interpreter.ts";
import { ModuleBuilder, type ScriptModule } from "./script_module.ts";

export type JitLoadOptions = TorchScriptOptions;

/**
 * Loads a model that Python's `torch.jit.save` wrote, scripted or traced.
 *
 * The archive's code is interpreted; it can compute with tensors and nothing else. Operators that tt does not have are named
 * in the error when they are reached.
 *
 * @param source path, URL, bytes, BytesIO, Blob or File, Response, ReadableStream or FileHandle
 * @throws RuntimeError for damaged files and those that are no TorchScript archives
 * @example
 * ```ts
 * import { jit, rand } from "@tt/torch";
 * const model = await jit.load("model.pt");
 * model.eval();
 * const scores = model(rand(1, 3, 224, 224));
 * ```
 */
export async function load(source: LoadSource, options: JitLoadOptions = {}): Promise<ScriptModule> {
  return modelOf(await readTorchScript(source, options));
}

/** {@link load} without waiting, for a path, bytes or a BytesIO. */
export function loadSync(source: SyncLoadSource, options: JitLoadOptions = {}): ScriptModule {
  return modelOf(readTorchScriptSync(source, options));
}

function modelOf({ module, code, constants }: TorchScriptArchive): ScriptModule {
  return new ModuleBuilder(new Interpreter(code, constants)).build(module);
}
