/** A worker script of a program's own, as bundlers want it. */
import { serve } from "@tt/data/worker";
import { Squares } from "./datasets.ts";

serve({ Squares });
