export {
  type Backend,
  type BackendDefinition,
  type BackendSource,
  backends,
  type Capabilities,
  defineBackend,
  findBackend,
  get_default_device,
  type Kernel,
  type Kernels,
  registerBackend,
  set_default_device,
  unregisterBackend,
  use,
} from "./backend.ts";
export { hostFallbacks } from "./execute.ts";
