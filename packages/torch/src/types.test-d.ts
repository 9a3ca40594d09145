/** What the compiler must accept and refuse; checked by `pnpm typecheck`. */
import { expectTypeOf } from "vitest";
import * as torch from "./index.ts";
import type { Tensor } from "./index.ts";

const { nn } = torch;
const x = torch.rand(2, 3);

// Calls of modules have the signature of their forward.
class Net extends nn.Module {
  fc = new nn.Linear(3, 1);

  override forward(input: Tensor, scale = 1): Tensor {
    return this.fc(input).mul(scale);
  }
}
const net = new Net();
expectTypeOf(net(x, 2)).toEqualTypeOf<Tensor>();
// @ts-expect-error forward takes a tensor
net("x");
// @ts-expect-error forward takes at most two arguments
net(x, 1, 2);

// Keywords are known, and so are their types.
new nn.Conv2d(1, 10, { kernel_size: 5, padding: "same" });
new nn.Conv2d(1, 10, 5, 1, { bias: false });
// @ts-expect-error there is no such keyword
new nn.Conv2d(1, 10, { kernelsize: 5 });
// @ts-expect-error kernel_size is required
new nn.Conv2d(1, 10);
expectTypeOf(x.sum(1, { keepdim: true })).toEqualTypeOf<Tensor>();
expectTypeOf(x.sum({ dim: 0 })).toEqualTypeOf<Tensor>();
// @ts-expect-error the keyword is dim
x.sum({ dims: 0 });
// @ts-expect-error other is a tensor or a number
x.add("1");

// Several results come as a tuple that has PyTorch's names.
expectTypeOf(torch.max(x)).toEqualTypeOf<Tensor>();
const [values, indices] = torch.max(x, 1);
expectTypeOf(values).toEqualTypeOf<Tensor>();
expectTypeOf(indices).toEqualTypeOf<Tensor>();
expectTypeOf(torch.max(x, 1).indices).toEqualTypeOf<Tensor>();
expectTypeOf(x.unbind()).toEqualTypeOf<Tensor[]>();

// A loader's batches are those of its dataset.
const { DataLoader, TensorDataset } = torch.utils.data;
for (const [data, target] of new DataLoader(new TensorDataset(x, torch.zeros(2)), { batch_size: 2 })) {
  expectTypeOf(data).toEqualTypeOf<Tensor>();
  expectTypeOf(target).toEqualTypeOf<Tensor>();
}
// @ts-expect-error there is no such option
new DataLoader(new TensorDataset(x), { batchsize: 2 });
