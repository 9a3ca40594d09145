import type { Device } from "../../device.ts";
import { get_default_device } from "../../dispatch/backend.ts";
import { defineOp } from "../../dispatch/op.ts";
import { bool, type DType, int32, int64 } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import { fromArray } from "../../tensor/literal.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Mask of the elements that lie on the wrong side of a diagonal. */
function outside(rows: number, columns: number, diagonal: number, upper: boolean, device: Device): Tensor {
  const mask = new Uint8Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const split = Math.min(Math.max(i + diagonal + (upper ? 0 : 1), 0), columns);
    mask.fill(1, i * columns + (upper ? 0 : split), i * columns + (upper ? split : columns));
  }
  return fromArray(mask, bool, [rows, columns]).to(device);
}

for (const [name, upper] of [
  ["tril", false],
  ["triu", true],
] as const) {
  defineOp({
    schema: `${name}(Tensor input, int diagonal=0) -> Tensor`,
    doc: `The ${upper ? "upper" : "lower"} triangles of matrices, from \`diagonal\` on; zeros elsewhere.`,
    inplace: true,
    check: (input: Tensor) => {
      if (input.ndim < 2) throw new RuntimeError(`${name}: input tensor must have at least 2 dimensions`);
    },
    decompose: (input: Tensor, diagonal: number) =>
      input.masked_fill(outside(input.shape.at(-2)!, input.shape.at(-1)!, diagonal, upper, input.device), 0),
    derivative: {
      input: [(g: Tensor, diagonal: number) => (upper ? g.triu(diagonal) : g.tril(diagonal)), "diagonal"],
    },
  });

  defineOp({
    schema: `${name}_indices(int row, int col, int offset=0, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool pin_memory=False) -> Tensor`,
    doc: `The row and column indices of the ${upper ? "upper" : "lower"} triangle of a \`row\` by \`col\` matrix, as two rows.`,
    variants: "function",
    out: false,
    decompose: (
      row: number,
      col: number,
      offset: number,
      dtype: DType | null,
      _layout: unknown,
      device: Device | null,
    ) => {
      if (row < 0) throw new RuntimeError(`row must be non-negative, got${row}`);
      if (col < 0) throw new RuntimeError(`col must be non-negative, got${col}`);
      const kind = dtype ?? int64;
      if (kind !== int64 && kind !== int32) {
        throw new RuntimeError(`"${name}_indices" not implemented for '${kind.name}'`);
      }
      const rows: number[] = [];
      const columns: number[] = [];
      for (let i = 0; i < row; i++) {
        const from = upper ? Math.max(i + offset, 0) : 0;
        const to = upper ? col : Math.min(i + offset + 1, col);
        for (let j = from; j < to; j++) {
          rows.push(i);
          columns.push(j);
        }
      }
      const all = BigInt64Array.from([...rows, ...columns], BigInt);
      return fromArray(all, int64, [2, rows.length]).to(device ?? get_default_device(), kind);
    },
  });
}
