/** Datasets that the tests' web workers make. */
import { tensor, type Tensor, ValueError } from "@tt/core";
import { Dataset, get_worker_info, IterableDataset } from "@tt/data";

export class Squares extends Dataset<number> {
  override readonly length: number;

  constructor(length: number) {
    super();
    this.length = length;
  }

  override at(index: number): number {
    if (index > 100) throw new ValueError("no such square");
    return index * index;
  }
}

/** Each item takes 20 ms, and says who loaded it. */
export class Slow extends Dataset<Promise<number>> {
  override readonly length: number;

  constructor(length: number) {
    super();
    this.length = length;
  }

  override async at(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return get_worker_info()?.id ?? -1;
  }
}

export class Vectors extends Dataset<Tensor> {
  override readonly length = 8;

  override at(index: number): Tensor {
    return tensor(new Float32Array(1000).fill(index));
  }
}

/** A stream whose workers take every n-th number. */
export class Shards extends IterableDataset<number> {
  *[Symbol.iterator](): IterableIterator<number> {
    const { id, num_workers } = get_worker_info() ?? { id: 0, num_workers: 1 };
    for (let i = id; i < 7; i += num_workers) yield i;
  }
}

/** Ends its worker. */
export class Closing extends Dataset<number> {
  override readonly length = 8;

  override at(index: number): number {
    if (index === 5) {
      queueMicrotask(() => {
        throw new Error("out of order");
      });
    }
    return index;
  }
}
