/** A training step on the wasm device: bundled by each bundler without configuration, and run. */
import { wasm } from "@tt/backend-wasm";
import * as torch from "@tt/torch";

const { nn, optim } = torch;
const F = nn.functional;

await torch.use(wasm());
torch.manual_seed(0);
const model = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(400, 10));
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const images = torch.rand(32, 1, 12, 12);
const labels = torch.randint(0, 10, [32]);
const losses: number[] = [];
for (let step = 0; step < 5; step++) {
  optimizer.zero_grad();
  const loss = F.cross_entropy(model(images), labels);
  loss.backward();
  optimizer.step();
  losses.push(loss.item());
}
if (!losses.every((loss, index) => index === 0 || loss < losses[index - 1]!)) {
  throw new Error(`the loss does not fall: ${losses.join(", ")}`);
}
console.log(`trained on ${images.device.type}: ${losses[0]!.toFixed(4)} -> ${losses.at(-1)!.toFixed(4)}`);
