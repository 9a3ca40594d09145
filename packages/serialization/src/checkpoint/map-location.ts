import { CPU, type Device, type DeviceLike, Device as DeviceClass, device as toDevice, type Storage } from "@tt/core";

/**
 * Where loaded tensors go.
 *
 * - a device: everything goes there;
 * - an object or Map from the locations in the file (`"cpu"`, `"cuda:0"`) to devices;
 * - a function of the storage (on the cpu) and its location, giving a device, the storage itself to
 *   leave it on the cpu, or nothing for the default.
 *
 * The default is the cpu, also for what was saved from a CUDA device.
 */
export type MapLocation =
  | DeviceLike
  | Readonly<Record<string, DeviceLike>>
  | ReadonlyMap<string, DeviceLike>
  | ((storage: Storage, location: string) => DeviceLike | Storage | null | undefined);

/** The device for a storage saved from `location`. */
export function targetDevice(map: MapLocation | null | undefined, location: string, storage: () => Storage): Device {
  if (map === undefined || map === null) return CPU;
  if (typeof map === "string" || map instanceof DeviceClass) return toDevice(map);
  if (typeof map === "function") {
    const chosen = map(storage(), location);
    return typeof chosen === "string" || chosen instanceof DeviceClass ? toDevice(chosen) : CPU;
  }
  const chosen =
    map instanceof Map
      ? (map.get(location) as DeviceLike | undefined)
      : (map as Readonly<Record<string, DeviceLike>>)[location];
  return chosen === undefined ? CPU : toDevice(chosen);
}
