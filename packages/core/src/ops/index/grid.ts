import { call } from "../../dispatch/call.ts";
import { defineOp } from "../../dispatch/op.ts";
import { int64 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { fromArray } from "../../tensor/literal.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { stack } from "../join/cat.ts";

let warned = false;

function grid(tensors: readonly Tensor[], indexing: string): Tensor[] {
  if (tensors.length === 0) throw new RuntimeError("meshgrid expects a non-empty TensorList");
  for (const tensor of tensors) {
    if (tensor.ndim > 1) {
      throw new RuntimeError(`torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ${String(tensor)}`);
    }
  }
  for (const { dtype } of tensors) {
    if (dtype !== tensors[0]!.dtype)
      throw new RuntimeError("torch.meshgrid expects all tensors to have the same dtype");
  }
  if (indexing !== "ij" && indexing !== "xy") {
    throw new RuntimeError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}`);
  }
  const swap = indexing === "xy" && tensors.length >= 2;
  const ordered = swap ? [tensors[1]!, tensors[0]!, ...tensors.slice(2)] : tensors;
  const shape = ordered.map((t) => t.numel());
  const grids = ordered.map((t, i) => t.reshape(shape.map((_, d) => (d === i ? t.numel() : 1))).expand(shape));
  return swap ? [grids[1]!, grids[0]!, ...grids.slice(2)] : grids;
}

defineOp({
  schema: "meshgrid(Tensor... tensors, *, str? indexing=None) -> Tensor[]",
  doc: 'Coordinate grids of vectors; with `indexing: "xy"` the first two dimensions are swapped, as NumPy does.',
  example:
    'import { arange, meshgrid } from "@tt/core";\nconst [x, y] = meshgrid(arange(2), arange(3), { indexing: "ij" });\nx!.shape; // [2, 3]',
  variants: "function",
  decompose: (tensors: readonly Tensor[], indexing: string | null) => {
    if (indexing === null && !warned) {
      warned = true;
      // oxlint-disable-next-line no-console
      console.warn(
        "UserWarning: torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
      );
    }
    return grid(tensors, indexing ?? "ij");
  },
});

defineOp({
  schema: "cartesian_prod(Tensor... tensors) -> Tensor",
  doc: "Every combination of one element from each vector, as rows.",
  variants: "function",
  out: false,
  decompose: (tensors: readonly Tensor[]) => {
    if (tensors.length === 0) throw new RuntimeError("meshgrid expects a non-empty TensorList");
    for (const tensor of tensors) {
      if (tensor.ndim !== 1) throw new RuntimeError(`Expect a 1D vector, but got shape [${tensor.shape.join(", ")}]`);
    }
    if (tensors.length === 1) return tensors[0]!;
    return call(stack, [grid(tensors, "ij").map((g) => g.reshape([-1])), 1]);
  },
});

/** Positions of every choice of `r` of `n`, in lexicographic order, one list per place. */
function choices(n: number, r: number, repeat: boolean): number[][] {
  const places: number[][] = Array.from({ length: r }, () => []);
  const pick = new Array<number>(r);
  const choose = (place: number, from: number): void => {
    if (place === r) {
      pick.forEach((p, i) => places[i]!.push(p));
      return;
    }
    for (let i = from; i < n; i++) {
      pick[place] = i;
      choose(place + 1, repeat ? i : i + 1);
    }
  };
  choose(0, 0);
  return places;
}

defineOp({
  schema: "combinations(Tensor input, int r=2, bool with_replacement=False) -> Tensor",
  doc: "Every choice of `r` elements of the vector `input`, as rows.",
  variants: "function",
  out: false,
  decompose: (input: Tensor, r: number, with_replacement: boolean) => {
    if (input.ndim !== 1) throw new RuntimeError(`Expect a 1D vector, but got shape [${input.shape.join(", ")}]`);
    if (r < 0) throw new RuntimeError(`Expect a non-negative number, but got ${r}`);
    if (r === 0) return input.new_empty([0]);
    const columns = choices(input.shape[0]!, r, with_replacement).map((place) => {
      const at = fromArray(BigInt64Array.from(place, BigInt), int64, [place.length]).to(input.device);
      return input.index_select(0, at);
    });
    return call(stack, [columns, 1]);
  },
});
