import { cat, is_tensor, type Tensor, ValueError } from "@tt/core";
import { isOptions, modes, pythonTypeName } from "@tt/core/dispatch";
import { type Flat, flatten } from "../tree.ts";
import { batchedBy, BatchedTensor } from "./batched.ts";
import { VmapLayer } from "./layer.ts";
import type { Randomness } from "./random.ts";

/** Which dimension of each argument (or output) holds the examples; null where all share one. Nested like it. */
export type Dims = number | null | readonly Dims[] | { readonly [key: string]: Dims };

/** Options of {@link vmap}. */
export interface VmapOptions {
  readonly in_dims?: Dims;
  readonly out_dims?: Dims;
  /** What random ops do: throw, draw for each example, or draw the same for all. */
  readonly randomness?: Randomness;
  /** Computes so many examples at a time, to save memory. */
  readonly chunk_size?: number | null;
}

/** The dims for every leaf of `tree`. */
function dimsFor(dims: Dims, tree: unknown, what: string): (number | null)[] {
  if (dims === null || typeof dims === "number") return flatten(tree).leaves.map(() => dims);
  const mismatch = (): ValueError =>
    new ValueError(
      `vmap(f, ...)(<inputs>): ${what} is not compatible with the structure of the ${what === "in_dims" ? "inputs" : "outputs"}.`,
    );
  if (Array.isArray(dims)) {
    if (!Array.isArray(tree) || tree.length !== dims.length) throw mismatch();
    return tree.flatMap((item, i) => dimsFor((dims as readonly Dims[])[i]!, item, what));
  }
  if (!isOptions(tree)) throw mismatch();
  return Object.entries(tree).flatMap(([key, item]) =>
    dimsFor((dims as Record<string, Dims>)[key] ?? null, item, what),
  );
}

interface Inputs {
  readonly flat: Flat;
  readonly dims: readonly (number | null)[];
  readonly size: number;
}

function checkInputs(args: readonly unknown[], in_dims: Dims): Inputs {
  const name = `vmap(f, in_dims=${JSON.stringify(in_dims)}, ...)(<inputs>)`;
  if (args.length === 0) {
    throw new ValueError(
      `${name}: got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function with no inputs. The latter is unsupported.`,
    );
  }
  const flat = flatten(args);
  const dims = dimsFor(in_dims, args, "in_dims").map((dim, i) => {
    const leaf = flat.leaves[i];
    if (dim === null) return null;
    if (!is_tensor(leaf)) {
      throw new ValueError(
        `${name}: Got in_dim=${dim} for an input but the input is of type ${pythonTypeName(leaf)}. We cannot vmap over non-Tensor arguments, please use None as the respective in_dim`,
      );
    }
    if (dim < -leaf.ndim || dim >= leaf.ndim) {
      throw new ValueError(
        `${name}: Got in_dim=${dim} for some input, but that input is a Tensor of dimensionality ${leaf.ndim} so expected in_dim to satisfy -${leaf.ndim} <= in_dim < ${leaf.ndim}.`,
      );
    }
    return dim < 0 ? dim + leaf.ndim : dim;
  });
  const sizes = dims.flatMap((dim, i) => (dim === null ? [] : [(flat.leaves[i] as Tensor).shape[dim]!]));
  if (sizes.length === 0)
    throw new ValueError(`${name}: at least one input must be mapped over, but all in_dims are None`);
  if (sizes.some((s) => s !== sizes[0])) {
    throw new ValueError(
      `vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [${sizes.join(", ")}] for the mapped dimension`,
    );
  }
  return { flat, dims, size: sizes[0]! };
}

/**
 * `func` for a batch of examples: it is written for one, and runs once for all.
 *
 * Arguments and results may be tensors in nested lists and plain objects. Ops without a rule for batches run
 * example after example, so everything that is differentiable works, nested with itself and with `grad` too.
 *
 * @param in_dims - the dimension of the examples, one for all arguments or nested like them; null for shared ones
 * @throws ValueError when sizes differ, or something other than tensors is given or returned
 * @example
 * ```ts
 * import { rand, type Tensor } from "@tt/core";
 * import { vmap } from "@tt/autograd/func";
 * const dots = vmap((a: Tensor, b: Tensor) => a.dot(b));
 * dots(rand(5, 3), rand(5, 3)).shape; // [5]
 * ```
 */
export function vmap<A extends unknown[], R>(
  func: (...args: A) => R,
  in_dims: Dims | VmapOptions = 0,
  out_dims: Dims = 0,
  randomness: Randomness = "error",
  options: Pick<VmapOptions, "chunk_size"> = {},
): (...args: A) => R {
  const given: VmapOptions = isVmapOptions(in_dims) ? in_dims : { in_dims, out_dims, randomness, ...options };
  return (...args) => {
    const inputs = checkInputs(args, given.in_dims ?? 0);
    const chunk = given.chunk_size ?? inputs.size;
    if (chunk >= inputs.size) return runBatch(func, inputs, given) as R;
    return inChunks(func, inputs, given, chunk) as R;
  };
}

function isVmapOptions(value: unknown): value is VmapOptions {
  const known = new Set(["in_dims", "out_dims", "randomness", "chunk_size"]);
  return isOptions(value) && Object.keys(value).every((key) => known.has(key));
}

type AnyFunction = (...args: never[]) => unknown;

function runBatch(func: AnyFunction, inputs: Inputs, options: VmapOptions): unknown {
  const { flat, dims, size } = inputs;
  const layer = new VmapLayer(size, options.randomness ?? "error");
  const args = flat.rebuild(
    flat.leaves.map((leaf, i) => {
      const dim = dims[i] ?? null;
      return dim === null ? leaf : new BatchedTensor((leaf as Tensor).movedim(dim, 0), layer);
    }),
  ) as never[];
  const now = modes();
  const before = now.layers;
  now.layers = [...before, layer];
  let result: unknown;
  try {
    result = func(...args);
  } finally {
    now.layers = before;
  }
  return unwrap(result, layer, options.out_dims ?? 0);
}

function unwrap(result: unknown, layer: VmapLayer, out_dims: Dims): unknown {
  const flat = flatten(result);
  const dims = dimsFor(out_dims, result, "out_dims");
  return flat.rebuild(
    flat.leaves.map((leaf, i) => {
      if (!is_tensor(leaf)) {
        throw new ValueError(
          `vmap(f, ...): \`f\` must only return Tensors, got type ${pythonTypeName(leaf)} as a return.`,
        );
      }
      const dim = dims[i] ?? null;
      if (!batchedBy(leaf, layer))
        return dim === null ? leaf : leaf.unsqueeze(dim).expand(withSize(leaf, dim, layer.size));
      if (dim === null) {
        throw new ValueError("vmap: `f` returned a batched tensor where out_dims is None; please give its dimension");
      }
      return dim === 0 ? leaf.value : leaf.value.movedim(0, dim);
    }),
  );
}

function withSize(tensor: Tensor, dim: number, size: number): number[] {
  return tensor.shape.toSpliced(dim < 0 ? dim + tensor.ndim + 1 : dim, 0, size);
}

function inChunks(func: AnyFunction, { flat, dims, size }: Inputs, options: VmapOptions, chunk: number): unknown {
  const parts: Flat[] = [];
  for (let start = 0; start < size; start += chunk) {
    const length = Math.min(chunk, size - start);
    const leaves = flat.leaves.map((leaf, i) => {
      const dim = dims[i] ?? null;
      return dim === null ? leaf : (leaf as Tensor).narrow(dim, start, length);
    });
    parts.push(flatten(runBatch(func, { flat: { ...flat, leaves }, dims, size: length }, options)));
  }
  const [first] = parts;
  const outDims = dimsFor(options.out_dims ?? 0, first!.rebuild(first!.leaves), "out_dims");
  return first!.rebuild(
    first!.leaves.map((leaf, i) => {
      const dim = outDims[i] ?? null;
      return dim === null
        ? leaf
        : cat(
            parts.map((part) => part.leaves[i] as Tensor),
            dim,
          );
    }),
  );
}
