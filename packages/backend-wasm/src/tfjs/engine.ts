import type { Kernels } from "@tt/core";
import type { MapKernel } from "@tt/core/dispatch";
import type { Engine } from "../engine.ts";
import { Bridge } from "./bridge.ts";
import { installed, type TfjsEngine } from "./installed.ts";
import { elementwise } from "./kernels/elementwise.ts";
import { images } from "./kernels/images.ts";
import { matmul } from "./kernels/matmul.ts";
import { reductions } from "./kernels/reductions.ts";

/** What `wasm({ engine: "tfjs" })` asks for. */
export const tfjsEngine: TfjsEngine = {
  open: (tfjs, bytes) => Bridge.open(tfjs, bytes),
  kernels(engine: Engine, bridge: Bridge, ours: Kernels): Kernels {
    installed.current = { engine, bridge };
    return {
      ...ours,
      map: elementwise(engine, bridge, ours.map as MapKernel),
      ...matmul(engine, bridge, ours),
      ...images(engine, bridge, ours),
      ...reductions(engine, bridge, ours),
    };
  },
};
