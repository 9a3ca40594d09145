import { type DeviceLike, type DType, int64, RuntimeError, type Tensor, tensor, ValueError } from "@tt/core";
import { callOp } from "@tt/core/dispatch";

/**
 * Sequences of different lengths, longest first, stored step by step: `data` [sum of lengths, ...] and how many
 * sequences reach each step. Made by {@link pack_padded_sequence} and {@link pack_sequence}.
 */
export class PackedSequence {
  readonly data: Tensor;
  readonly batch_sizes: Tensor;
  readonly sorted_indices: Tensor | null;
  readonly unsorted_indices: Tensor | null;

  constructor(
    data: Tensor,
    batch_sizes: Tensor,
    sorted_indices: Tensor | null = null,
    unsorted_indices: Tensor | null = null,
  ) {
    this.data = data;
    this.batch_sizes = batch_sizes;
    this.sorted_indices = sorted_indices;
    this.unsorted_indices = unsorted_indices ?? invert_permutation(sorted_indices);
  }

  /** The four parts in order, as PyTorch's named tuple has them. */
  *[Symbol.iterator](): IterableIterator<Tensor | null> {
    yield this.data;
    yield this.batch_sizes;
    yield this.sorted_indices;
    yield this.unsorted_indices;
  }

  /** The same sequences with the data on another device or of another dtype. */
  to(target: DeviceLike | DType): PackedSequence {
    const data = this.data.to(target as DType);
    return data === this.data
      ? this
      : new PackedSequence(data, this.batch_sizes, this.sorted_indices, this.unsorted_indices);
  }
}

/** The permutation that undoes `permutation`; null for null. */
export function invert_permutation(permutation: Tensor | null): Tensor | null {
  if (permutation === null) return null;
  const list = longs(permutation);
  const inverse = new Array<number>(list.length);
  list.forEach((from, to) => (inverse[from] = to));
  return vector(inverse);
}

const vector = (values: readonly number[]): Tensor => tensor(values.map(BigInt), { dtype: int64 });

/** Elements of an integer vector. */
export function longs(values: Tensor | readonly number[]): number[] {
  return Array.isArray(values)
    ? values.map(Number)
    : [...((values as Tensor).tolist() as Iterable<unknown>)].map(Number);
}

interface PackOptions {
  batch_first?: boolean;
  enforce_sorted?: boolean;
}

/**
 * Packs padded sequences [T, B, ...] (or [B, T, ...] with `batch_first`) of the given lengths.
 * @throws RuntimeError when a length is not positive, or lengths are not sorted and `enforce_sorted` holds
 */
export function pack_padded_sequence(
  input: Tensor,
  lengths: Tensor | readonly number[],
  batch_first: boolean | PackOptions = false,
  enforce_sorted = true,
): PackedSequence {
  if (typeof batch_first === "object") {
    return pack_padded_sequence(input, lengths, batch_first.batch_first ?? false, batch_first.enforce_sorted ?? true);
  }
  const given = longs(lengths);
  const steps = batch_first ? input.transpose(0, 1) : input;
  if (given.length !== steps.shape[1]) {
    throw new RuntimeError(
      `Expected \`len(lengths)\` to be equal to batch_size, but got ${given.length} (batch_size=${steps.shape[1]})`,
    );
  }
  if (given.some((n) => n <= 0))
    throw new RuntimeError(
      "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
    );
  const order = given.map((_, i) => i).sort((a, b) => given[b]! - given[a]! || a - b);
  const sorted = enforce_sorted ? given : order.map((i) => given[i]!);
  if (sorted.some((n, i) => i > 0 && n > sorted[i - 1]!)) {
    throw new RuntimeError(
      "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.",
    );
  }
  const sorted_indices = enforce_sorted ? null : vector(order);
  const ordered = sorted_indices === null ? steps : steps.index_select(1, sorted_indices);
  const sizes = Array.from({ length: sorted[0]! }, (_, t) => sorted.filter((n) => n > t).length);
  // Stretches of steps with the same batch size are one slice each.
  const parts: Tensor[] = [];
  for (let t = 0; t < sizes.length;) {
    let end = t + 1;
    while (end < sizes.length && sizes[end] === sizes[t]) end++;
    const rest = ordered.shape.slice(2);
    parts.push(
      ordered
        .narrow(0, t, end - t)
        .narrow(1, 0, sizes[t]!)
        .reshape([(end - t) * sizes[t]!, ...rest]),
    );
    t = end;
  }
  return new PackedSequence(callOp("cat", parts, 0), vector(sizes), sorted_indices);
}

interface PadPackedOptions {
  batch_first?: boolean;
  padding_value?: number;
  total_length?: number | null;
}

/** Unpacks to padded sequences and their lengths, in the original order. */
export function pad_packed_sequence(
  sequence: PackedSequence,
  batch_first: boolean | PadPackedOptions = false,
  padding_value = 0,
  total_length: number | null = null,
): [Tensor, Tensor] {
  if (typeof batch_first === "object") {
    const o = batch_first;
    return pad_packed_sequence(sequence, o.batch_first ?? false, o.padding_value ?? 0, o.total_length ?? null);
  }
  const sizes = longs(sequence.batch_sizes);
  const steps = total_length ?? sizes.length;
  if (steps < sizes.length) {
    throw new ValueError(
      `Expected total_length to be at least the length of the longest sequence in input, but got total_length=${steps} and max sequence length being ${sizes.length}`,
    );
  }
  const batch = sizes[0]!;
  const { data } = sequence;
  const rest = data.shape.slice(1);
  const parts: Tensor[] = [];
  let at = 0;
  for (const size of sizes) {
    const step = data.narrow(0, at, size);
    at += size;
    parts.push(size === batch ? step : callOp("cat", [step, data.new_full([batch - size, ...rest], padding_value)], 0));
  }
  for (let t = sizes.length; t < steps; t++) parts.push(data.new_full([batch, ...rest], padding_value));
  let padded = callOp("stack", parts, 0);
  let lengths = Array.from({ length: batch }, (_, b) => sizes.filter((size) => size > b).length);
  if (sequence.unsorted_indices !== null) {
    padded = padded.index_select(1, sequence.unsorted_indices);
    lengths = longs(sequence.unsorted_indices).map((i) => lengths[i]!);
  }
  return [batch_first ? padded.transpose(0, 1) : padded, vector(lengths)];
}

/** Stacks sequences [T_i, ...] into [T, B, ...] (or [B, T, ...]), filling up with `padding_value`. */
export function pad_sequence(
  sequences: readonly Tensor[],
  batch_first: boolean | { batch_first?: boolean; padding_value?: number } = false,
  padding_value = 0,
): Tensor {
  if (typeof batch_first === "object")
    return pad_sequence(sequences, batch_first.batch_first ?? false, batch_first.padding_value ?? 0);
  const longest = Math.max(...sequences.map((s) => s.shape[0]!));
  const even = sequences.map((s) => {
    const missing = longest - s.shape[0]!;
    return missing === 0 ? s : callOp("cat", [s, s.new_full([missing, ...s.shape.slice(1)], padding_value)], 0);
  });
  return callOp("stack", even, batch_first ? 0 : 1);
}

/** The sequences of a padded batch, without the padding. */
export function unpad_sequence(
  padded_sequences: Tensor,
  lengths: Tensor | readonly number[],
  batch_first: boolean | { batch_first?: boolean } = false,
): Tensor[] {
  const first = typeof batch_first === "object" ? (batch_first.batch_first ?? false) : batch_first;
  const batch = first ? padded_sequences : padded_sequences.transpose(0, 1);
  return longs(lengths).map((n, i) => batch.select(0, i).narrow(0, 0, n));
}

/** Packs sequences given one by one. */
export function pack_sequence(
  sequences: readonly Tensor[],
  enforce_sorted: boolean | { enforce_sorted?: boolean } = true,
): PackedSequence {
  const sorted = typeof enforce_sorted === "object" ? (enforce_sorted.enforce_sorted ?? true) : enforce_sorted;
  return pack_padded_sequence(
    pad_sequence(sequences),
    sequences.map((s) => s.shape[0]!),
    false,
    sorted,
  );
}

/** The sequences of a pack, in the original order. */
export function unpack_sequence(packed_sequences: PackedSequence): Tensor[] {
  return unpad_sequence(...pad_packed_sequence(packed_sequences, true), true);
}
