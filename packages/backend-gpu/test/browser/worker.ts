import * as torch from "@tt/core";
import { gpu } from "../../src/index.ts";
import { fit } from "../training.ts";

try {
  const backend = await gpu({ provider: "webgpu" });
  await torch.use(backend, { default: false });
  const got = fit("gpu").tolist();
  postMessage({ got, caps: { ...backend.caps } });
} catch (error) {
  postMessage({ error: String((error as Error).stack) });
}
