/** A backend of one's own: the cpu with one kernel replaced. Run it with `tsx --conditions=@tt/source counting.ts`. */
import * as torch from "@tt/torch";

let products = 0;
const mm = torch.findBackend("cpu").kernels["mm"] as torch.Kernel;

torch.registerBackend(
  torch.defineBackend({
    name: "counting",
    extends: "cpu",
    kernels: {
      mm: (out: torch.Tensor, a: torch.Tensor, b: torch.Tensor) => {
        products++;
        mm(out, a, b);
      },
    },
  }),
);

const x = torch.rand(2, 3, { device: "counting", requires_grad: true });
x.mm(x.t()).sum().backward();
console.log(`${x.device}: ${products} matrix products, forward and backward`);
