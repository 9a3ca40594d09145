/** Datasets that the tests' workers make. */
import { threadId } from "node:worker_threads";
import { tensor, ValueError } from "@tt/core";
import { Dataset, get_worker_info, IterableDataset } from "@tt/data";

export class Squares extends Dataset {
  constructor(length) {
    super();
    this.length = length;
  }

  at(index) {
    if (index < 0) throw new ValueError("no such square");
    return index * index;
  }
}

/** Each item takes 20 ms, several at a time. */
export class Slow extends Squares {
  async at(index) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return index;
  }
}

/** Each item keeps its thread for 20 ms, as reading a file would. */
export class Sleepy extends Squares {
  at(index) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    return index;
  }
}

export class Deadly extends Squares {
  at(index) {
    if (index === 5) process.exit(3);
    return index;
  }
}

export class Hanging extends Squares {
  at(index) {
    return index === 5 ? new Promise(() => {}) : index;
  }
}

/** The same tensor every time: giving its memory away would break the next batch. */
export class Cached extends Dataset {
  length = 4;
  one = tensor([1, 2, 3]);

  at() {
    return this.one;
  }
}

export class Shards extends IterableDataset {
  *[Symbol.iterator]() {
    const { id, num_workers } = get_worker_info() ?? { id: 0, num_workers: 1 };
    for (let i = id; i < 7; i += num_workers) yield i;
  }
}

export async function makeSquares(length) {
  return new Squares(length);
}

export function sum(items) {
  return items.reduce((total, item) => total + item, get_worker_info() === null ? 1000 : 0);
}

let initialised = -1;

export function init(worker) {
  initialised = worker;
}

export class Initialised extends Squares {
  at() {
    return initialised;
  }
}

/** Items of half a megabyte. */
export class Large extends Squares {
  at(index) {
    return tensor(new Float32Array(131_072).fill(index));
  }
}

/** The thread an item is loaded by. */
export class Threads extends Squares {
  at() {
    return threadId;
  }
}

/** On the default device, on the cpu, and on the device of what the dataset was given. */
export class Placed extends Dataset {
  length = 4;

  constructor(given) {
    super();
    this.given = given;
  }

  at(index) {
    return [tensor(index), tensor(index, { device: "cpu" }), this.given.mul(index)];
  }
}
