import { describeMode } from "../gpujs.ts";

const gpujs = (): Promise<unknown> => import("gpu.js");

describeMode("webgl2", { gpujs });
describeMode("webgl", { gpujs });
describeMode("webasm", { gpujs });
