import { callOp } from "@tt/core/dispatch";
import { NotImplementedError, RuntimeError, type Scalar, type Tensor } from "@tt/core";
import { defineFunction } from "./define.ts";

const MODES: Readonly<Record<string, string>> = { reflect: "reflect", replicate: "replicate", circular: "circular" };

function checkSizes(input: Tensor, pad: readonly number[], mode: string): void {
  const rank = pad.length / 2;
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
    throw new NotImplementedError("Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now");
  }
  for (let i = 0; i < rank; i++) {
    const size = input.shape[input.ndim - 1 - i]!;
    const [left, right] = [pad[2 * i]!, pad[2 * i + 1]!];
    if (mode === "reflect" && (left >= size || right >= size)) {
      throw new RuntimeError(
        `Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (${left}, ${right}) at dimension ${input.ndim - 1 - i} of input [${input.shape.join(", ")}]`,
      );
    }
    if (mode === "circular" && (left > size || right > size)) {
      throw new RuntimeError("Padding value causes wrapping around more than once.");
    }
    if (size + left + right < 1) {
      throw new RuntimeError(`input (W: ${size}) is too small. Calculated output W: ${size + left + right}`);
    }
  }
}

defineFunction(
  'pad(Tensor input, int[] pad, str mode="constant", float? value=None) -> Tensor',
  'Pads the last dimensions: `pad` holds sizes before and after, the last dimension first. Modes "constant", "reflect", "replicate", "circular".',
  (input: Tensor, pad: readonly number[], mode: string, value: Scalar | null) => {
    if (pad.length % 2 !== 0) throw new RuntimeError("Padding length must be divisible by 2");
    if (pad.length > 2 * input.ndim) throw new RuntimeError("Padding length too large");
    if (mode === "constant") return callOp("constant_pad_nd", input, pad, value ?? 0);
    if (value !== null && value !== 0) throw new RuntimeError(`Padding mode "${mode}" doesn't take in value argument`);
    if (MODES[mode] === undefined) throw new NotImplementedError(`Unrecognised padding mode ${mode}`);
    if (mode === "circular" && pad.some((p) => p < 0)) {
      // What is cut off does not come back on the other side.
      const rest = pad.map((p) => Math.max(p, 0));
      return callOp(
        "nn_pad",
        callOp(
          "constant_pad_nd",
          input,
          pad.map((p) => Math.min(p, 0)),
          0,
        ),
        rest,
        mode,
        null,
      );
    }
    checkSizes(input, pad, mode);
    if (mode === "circular" && pad.length / 2 !== input.ndim - 2) {
      throw new RuntimeError(`Invalid padding size, expected ${2 * (input.ndim - 2)} but got ${pad.length}`);
    }
    const shape = [...input.shape];
    const before: number[] = [];
    for (let i = 0; i < pad.length / 2; i++) {
      shape[shape.length - 1 - i]! += pad[2 * i]! + pad[2 * i + 1]!;
      before.unshift(pad[2 * i]!);
    }
    return callOp("_pad", input, shape, before, mode);
  },
);
