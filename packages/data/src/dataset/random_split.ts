import { type Generator, randperm, ValueError } from "@tt/core";
import { signature } from "@tt/core/dispatch";
import { Subset } from "./combined.ts";
import type { MapDataset } from "./dataset.ts";

interface Read {
  dataset: MapDataset<unknown>;
  lengths: readonly number[];
  generator: Generator | null;
}

const read = signature<Read>("random_split(Any dataset, float[] lengths, Generator? generator=None)");

/**
 * Splits a dataset at random.
 * @param lengths - numbers of items, or fractions that sum to 1
 * @throws ValueError when the lengths do not sum to the dataset's
 * @example
 * ```ts
 * import { random_split } from "@tt/data";
 * import { manual_seed } from "@tt/core";
 * manual_seed(0);
 * random_split([10, 11, 12, 13], [3, 1]).map((part) => part.length); // [3, 1]
 * ```
 */
export function random_split<T>(
  dataset: MapDataset<T>,
  lengths: readonly number[],
  generator?: Generator | { generator?: Generator | null },
): Subset<T>[] {
  const options = read(generator === undefined ? [dataset, lengths] : [dataset, lengths, generator]);
  const sizes = sizesOf(options.lengths, dataset.length);
  const total = sizes.reduce((sum, n) => sum + n, 0);
  if (total !== dataset.length) {
    throw new ValueError("Sum of input lengths does not equal the length of the input dataset!");
  }
  const order = randperm(total, { generator: options.generator }).tolist() as number[];
  let start = 0;
  return sizes.map((n) => new Subset(dataset, order.slice(start, (start += n))));
}

function sizesOf(lengths: readonly number[], total: number): number[] {
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (!(Math.abs(sum - 1) <= 1e-9 * Math.max(Math.abs(sum), 1) && sum <= 1)) return [...lengths];
  const sizes = lengths.map((fraction, i) => {
    if (fraction < 0 || fraction > 1) throw new ValueError(`Fraction at index ${i} is not between 0 and 1`);
    return Math.floor(total * fraction);
  });
  const rest = total - sizes.reduce((a, b) => a + b, 0);
  for (let i = 0; i < rest; i++) sizes[i % sizes.length]!++;
  sizes.forEach((n, i) => {
    if (n === 0)
      console.warn(`UserWarning: Length of split at index ${i} is 0. This might result in an empty dataset.`);
  });
  return sizes;
}
