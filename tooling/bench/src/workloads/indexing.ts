import * as torch from "@tt/torch";
import type { Tensor } from "@tt/torch";
import type { Workload } from "../workload.ts";

const F = torch.nn.functional;

interface Options {
  readonly device: string;
}

/** Work on a matrix [1000, 1000] and as many indices below 1000. */
const onMatrix = (id: string, run: (x: Tensor, index: Tensor) => unknown): Workload => ({
  id,
  setup: ({ device }: Options) => {
    const x = torch.rand(1000, 1000).to(device);
    const index = torch.randint(0, 1000, [1000, 1000]).to(device);
    return () => run(x, index);
  },
});

/** Selecting, ordering and joining. */
export const indexing: readonly Workload[] = [
  {
    id: "index_select",
    setup: ({ device }) => {
      const x = torch.rand(10_000, 256).to(device);
      const index = torch.randint(0, 10_000, [5000]).to(device);
      return () => x.index_select(0, index);
    },
  },
  {
    id: "index",
    setup: ({ device }) => {
      const x = torch.rand(1000, 1000).to(device);
      const [i, j] = [torch.randint(0, 1000, [100_000]), torch.randint(0, 1000, [100_000])];
      const [rows, columns] = [i.to(device), j.to(device)];
      return () => x.at(rows, columns);
    },
  },
  onMatrix("gather", (x, index) => x.gather(1, index)),
  onMatrix("scatter_add", (x, index) => torch.zeros_like(x).scatter_add_(1, index, x)),
  onMatrix("gather.dim0", (x, index) => x.gather(0, index)),
  onMatrix("take", (x, index) => x.take(index)),
  onMatrix("index_add", (x, index) => torch.zeros_like(x).index_add_(0, index.select(0, 0), x)),
  onMatrix("index_fill", (x, index) => x.index_fill(0, index.select(0, 0), 1)),
  onMatrix("index_put", (x, index) => torch.zeros_like(x).index_put_([index.select(0, 0)], x, true)),
  onMatrix("masked_select", (x) => x.masked_select(x.gt(0.5))),
  onMatrix("nonzero", (x) => x.gt(0.5).nonzero()),
  onMatrix("sort", (x) => x.sort()),
  onMatrix("argsort.dim0", (x) => x.argsort(0)),
  onMatrix("topk", (x) => x.topk(10)),
  onMatrix("median", (x) => x.median(1)),
  onMatrix("mode", (_, index) => index.mode(1)),
  onMatrix("cat", (x) => torch.cat([x, x], 1)),
  onMatrix("flip", (x) => x.flip([1])),
  onMatrix("tril", (x) => x.tril()),
  onMatrix("softmax", (x) => x.softmax(-1)),
  onMatrix("softmax.dim0", (x) => x.softmax(0)),
  onMatrix("unique", (_, index) => index.unique()),
  onMatrix("bincount", (_, index) => index.view(-1).bincount()),
  onMatrix("layer_norm", (x) => F.layer_norm(x, [1000])),
  {
    id: "searchsorted",
    setup: ({ device }) => {
      const edges = torch.rand(1000).sort()[0].to(device);
      const x = torch.rand(1_000_000).to(device);
      return () => torch.searchsorted(edges, x);
    },
  },
  {
    id: "embedding",
    setup: ({ device }) => {
      const weight = torch.rand(10_000, 256).to(device).requires_grad_();
      const index = torch.randint(0, 10_000, [32, 128]).to(device);
      return () => {
        weight.grad = null;
        F.embedding(index, weight).sum().backward();
      };
    },
  },
  {
    id: "cross_entropy",
    setup: ({ device }) => {
      const scores = torch.rand(1024, 1000).to(device).requires_grad_();
      const target = torch.randint(0, 1000, [1024]).to(device);
      return () => {
        scores.grad = null;
        F.cross_entropy(scores, target).backward();
      };
    },
  },
  {
    id: "einsum",
    setup: ({ device }) => {
      const a = torch.rand(16, 128, 128).to(device);
      const b = torch.rand(16, 128, 128).to(device);
      return () => torch.einsum("bij,bkj->bik", a, b);
    },
  },
];
