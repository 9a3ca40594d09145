/** Every op record of `torch.masked`; importing it registers them. */
import "../records.ts";
import "./normalization.ts";
import "./reduction.ts";
