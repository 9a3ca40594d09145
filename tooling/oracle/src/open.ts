import type { HostUses } from "./run.ts";
import { TT } from "./tt.ts";

/** Backend packages by the device they provide. */
const BACKENDS: Readonly<Record<string, string>> = {
  wasm: "@tt/backend-wasm",
  gpu: "@tt/backend-gpu",
};

/** Loads tt, and the backend of `device`, and makes it ready to run cases. */
export async function openTT(device: string): Promise<TT> {
  const torch = (await import("@tt/torch")) as Record<string, unknown>;
  const backend = BACKENDS[device.split(":")[0]!];
  if (backend !== undefined) {
    const made = (await import(backend)) as Record<string, () => unknown>;
    await (torch["use"] as (backend: unknown) => Promise<void>)(made[device.split(":")[0]!]!());
  } else if (device !== "cpu")
    throw new Error(`there is no backend for device ${device}; known are cpu, ${Object.keys(BACKENDS).join(", ")}`);
  const tt = new TT(torch, device, await optional("@tt/vision"));
  // Calls without tensors, such as arange, are to make theirs on the device too.
  if (device !== "cpu") tt.call("torch.set_default_device", [device]);
  return tt;
}

/** What the device's backend says that its host computed, where it counts. */
export async function hostUses(device: string): Promise<HostUses> {
  const backend = BACKENDS[device.split(":")[0]!];
  if (backend === undefined) return [];
  const { hostUses: uses } = (await import(backend)) as { hostUses?: () => ReadonlyMap<string, number> };
  return uses === undefined ? [] : [...uses()];
}

async function optional(name: string): Promise<object | null> {
  try {
    return (await import(name)) as object;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}
