/** Every op record of torch.nn.functional; importing it registers them. */
import "./activation.ts";
import "./attention.ts";
import "./classification_loss.ts";
import "./dropout.ts";
import "./hard.ts";
import "./linear.ts";
import "./norm.ts";
import "./pad.ts";
import "./pool.ts";
import "./ranking_loss.ts";
import "./regression_loss.ts";
import "./smooth.ts";
import "./sparse.ts";
import "./vision.ts";
