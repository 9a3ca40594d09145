import type { Tensor } from "@tt/torch";
import { nn } from "@tt/torch";

const F = nn.functional;

/** Two convolutions and two linear layers; images of 28 x 28 to the logarithms of ten probabilities. */
export class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 10, { kernel_size: 5 });
  conv2 = new nn.Conv2d(10, 20, { kernel_size: 5 });
  conv2_drop = new nn.Dropout2d();
  fc1 = new nn.Linear(320, 50);
  fc2 = new nn.Linear(50, 10);

  override forward(x: Tensor): Tensor {
    x = F.relu(F.max_pool2d(this.conv1(x), 2));
    x = F.relu(F.max_pool2d(this.conv2_drop(this.conv2(x)), 2));
    x = x.view(-1, 320);
    x = F.relu(this.fc1(x));
    x = this.fc2(x);
    return F.log_softmax(x, { dim: 1 });
  }
}
