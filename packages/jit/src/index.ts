/** TorchScript: models that Python wrote with `torch.jit.save`. */
export { load, loadSync, type JitLoadOptions } from "./load.ts";
export { ScriptModule } from "./script_module.ts";
