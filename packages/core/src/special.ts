/** torch.special: special functions, exported as `@tt/core/special`. */
import "./index.ts";
import "./cpu/codegen/rules/more_special.ts";
import { installMethods } from "./dispatch/expose.ts";

export * from "./ops/special.gen.ts";

installMethods();
