import { openExecutor } from "./executor.ts";
import { Failures, type Link } from "./link.ts";
import type { DeviceRequest } from "./protocol.ts";
import { gpuOfThisThread } from "./provider.ts";

/** A device of this thread: what it computes can only be awaited. */
export async function openInThread(request: DeviceRequest): Promise<Link> {
  const failures = new Failures();
  const executor = await openExecutor(await gpuOfThisThread(request), request, failures.report);
  const never = (): never => {
    throw new TypeError("a device of this thread can't be waited for");
  };
  return {
    info: executor.info,
    synchronous: false,
    submit: (batch) => void executor.submit(batch, null),
    read: (batch, wanted) => executor.submit(batch, wanted)!,
    readSync: never,
    finish(batch) {
      if (batch !== null) void executor.submit(batch, null);
      return executor.finish();
    },
    finishSync: never,
    failure: () => failures.take(),
    destroy: () => executor.destroy(),
  };
}
