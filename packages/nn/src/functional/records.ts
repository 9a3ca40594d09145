/** Every op record of torch.nn.functional; importing it registers them. */
import "./activation.ts";
import "./hard.ts";
import "./smooth.ts";
