/** The script of workers where the loader starts them itself. */
import { serve } from "./index.ts";

serve();
