/** What a user's first program looks like; also run from the packed tarballs. */
import { wasm } from "@tt/backend-wasm";
import * as torch from "@tt/torch";

torch.manual_seed(0);
const layer = new torch.nn.Linear(3, 1);
const optimizer = new torch.optim.SGD(layer.parameters(), { lr: 0.1 });
const x = torch.randn(8, 3);
const losses: number[] = [];
for (let step = 0; step < 3; step++) {
  optimizer.zero_grad();
  const loss = layer(x).pow(2).mean();
  loss.backward();
  optimizer.step();
  losses.push(loss.item());
}
if (!losses.every((loss, index) => index === 0 || loss < losses[index - 1]!)) {
  throw new Error(`the loss does not fall: ${losses.join(", ")}`);
}
console.log(String(torch.tensor([1, 2, 3])), losses.map((loss) => loss.toFixed(4)).join(" "));

const refused = await wasm({ engine: "tfjs" }).then(
  () => "",
  (error: unknown) => String(error),
);
if (!refused.includes("npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm")) {
  throw new Error(`without TF.js, wasm({ engine: "tfjs" }) says: ${refused}`);
}
