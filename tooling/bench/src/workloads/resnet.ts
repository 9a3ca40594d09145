import * as torch from "@tt/torch";
import type { Tensor } from "@tt/torch";
import type { Workload } from "../workload.ts";

const { nn, optim } = torch;
const F = nn.functional;

const conv3x3 = (inputs: number, outputs: number, stride: number): InstanceType<typeof nn.Conv2d> =>
  new nn.Conv2d(inputs, outputs, { kernel_size: 3, stride, padding: 1, bias: false });

class Block extends nn.Module {
  conv1: InstanceType<typeof nn.Conv2d>;
  bn1: InstanceType<typeof nn.BatchNorm2d>;
  conv2: InstanceType<typeof nn.Conv2d>;
  bn2: InstanceType<typeof nn.BatchNorm2d>;
  shortcut: InstanceType<typeof nn.Sequential>;

  constructor(inputs: number, outputs: number, stride: number) {
    super();
    this.conv1 = conv3x3(inputs, outputs, stride);
    this.bn1 = new nn.BatchNorm2d(outputs);
    this.conv2 = conv3x3(outputs, outputs, 1);
    this.bn2 = new nn.BatchNorm2d(outputs);
    this.shortcut =
      stride === 1 && inputs === outputs
        ? new nn.Sequential()
        : new nn.Sequential(
            new nn.Conv2d(inputs, outputs, { kernel_size: 1, stride, bias: false }),
            new nn.BatchNorm2d(outputs),
          );
  }

  override forward(x: Tensor): Tensor {
    const out = this.bn2(this.conv2(F.relu(this.bn1(this.conv1(x)))));
    return F.relu(out.add(this.shortcut(x)));
  }
}

/** ResNet-18 for images of 32 x 32 (He et al. 2015, section 4.2, with the widths of ResNet-18). */
class ResNet extends nn.Module {
  conv1 = conv3x3(3, 64, 1);
  bn1 = new nn.BatchNorm2d(64);
  layers = new nn.Sequential(
    ...[
      [64, 64, 1],
      [64, 128, 2],
      [128, 256, 2],
      [256, 512, 2],
    ].flatMap(([inputs, outputs, stride]) => [new Block(inputs!, outputs!, stride!), new Block(outputs!, outputs!, 1)]),
  );
  linear = new nn.Linear(512, 10);

  override forward(input: Tensor): Tensor {
    const x = this.layers(F.relu(this.bn1(this.conv1(input))));
    return this.linear(F.avg_pool2d(x, 4).flatten(1));
  }
}

/** A training step on 32 images of CIFAR's size. */
export const resnet: readonly Workload[] = [
  {
    id: "resnet18",
    setup: ({ device }) => {
      torch.manual_seed(1);
      const model = new ResNet().to(device);
      const optimiser = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
      const data = torch.rand(32, 3, 32, 32).to(device);
      const target = torch.randint(0, 10, [32]).to(device);
      return () => {
        optimiser.zero_grad();
        const loss = F.cross_entropy(model(data), target);
        loss.backward();
        optimiser.step();
        return loss.item();
      };
    },
  },
];
