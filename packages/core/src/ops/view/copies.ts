import { call } from "../../dispatch/call.ts";
import { defineOp, findOp } from "../../dispatch/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Views that PyTorch also offers as copies: the view's full name and its arguments after the input. */
const VIEWS: readonly (readonly [name: string, op: string, params: string])[] = [
  ["alias", "alias", ""],
  ["as_strided", "as_strided", "int[] size, int[] stride, int? storage_offset=None"],
  ["diagonal", "diagonal", "int offset=0, int dim1=0, int dim2=1"],
  ["expand", "expand", "int... size"],
  ["permute", "permute", "int... dims"],
  ["select", "select", "int dim, int index"],
  ["slice", "slice", "int dim=0, int? start=None, int? end=None, int step=1"],
  ["split", "split", "int split_size, int dim=0"],
  ["split_with_sizes", "split_with_sizes", "int[] split_sizes, int dim=0"],
  ["squeeze", "squeeze", ""],
  ["squeeze.dim", "squeeze.dim", "int dim"],
  ["t", "t", ""],
  ["transpose", "transpose", "int dim0, int dim1"],
  ["unbind", "unbind.int", "int dim=0"],
  ["unfold", "unfold", "int dimension, int size, int step"],
  ["unsqueeze", "unsqueeze", "int dim"],
  ["view", "view", "int... size"],
  ["view.dtype", "view.dtype", "ScalarType dtype"],
  ["view_as_complex", "view_as_complex", ""],
  ["view_as_real", "view_as_real", ""],
];

for (const [name, op, params] of VIEWS) {
  const [base, overload] = name.split(".") as [string, string | undefined];
  const several = ["split", "split_with_sizes", "unbind"].includes(base);
  defineOp({
    schema: `${base}_copy${overload === undefined ? "" : `.${overload}`}(Tensor input${params === "" ? "" : `, ${params}`}) -> Tensor${several ? "[]" : ""}`,
    doc: `A copy of what \`${base}\` sees.`,
    variants: "function",
    decompose: (...args: unknown[]) => {
      const seen = call(findOp(op)!, args) as Tensor | Tensor[];
      return Array.isArray(seen) ? seen.map((x) => x.clone()) : seen.clone();
    },
  });
}

defineOp({
  schema: "detach_copy(Tensor input) -> Tensor",
  doc: "A copy without history.",
  variants: "function",
  decompose: (input: Tensor) => input.detach().clone(),
});
