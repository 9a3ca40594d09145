import type { Workload } from "../workload.ts";
import { elementwise } from "./elementwise.ts";
import { gpt } from "./gpt.ts";
import { indexing } from "./indexing.ts";
import { layers } from "./layers.ts";
import { linear } from "./linear.ts";
import { resnet } from "./resnet.ts";
import { steps } from "./steps.ts";
import { tiny } from "./tiny.ts";

/** Everything that can be timed, in the order of the table. */
export const workloads: readonly Workload[] = [
  ...tiny,
  ...steps,
  ...resnet,
  ...gpt,
  ...elementwise,
  ...linear,
  ...indexing,
  ...layers,
];
