/** An input of {@link model}. */
export interface Input {
  readonly name: string;
  readonly shape: readonly number[];
  /** float16 instead of float32. */
  readonly half: boolean;
}

/** A model of one operation with the result `out`, as ONNX's protocol buffers (onnx.proto, IR version 8, opset 17). */
export function model(op: string, inputs: readonly Input[]): Uint8Array {
  const type = ({ half, shape }: Pick<Input, "half" | "shape">): number[] => {
    const dims = shape.flatMap((size) => message(1, number(1, size)));
    return message(1, [...number(1, half ? 10 : 1), ...message(2, dims)]);
  };
  const value = (input: Input): number[] => [...text(1, input.name), ...message(2, type(input))];
  const node = [...inputs.flatMap(({ name }) => text(1, name)), ...text(2, "out"), ...text(4, op)];
  const graph = [
    ...message(1, node),
    ...text(2, "graph"),
    ...inputs.flatMap((input) => message(11, value(input))),
    ...message(12, value({ ...inputs[0]!, name: "out" })),
  ];
  return Uint8Array.from([...number(1, 8), ...message(7, graph), ...message(8, number(2, 17))]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function number(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)];
}

function message(field: number, bytes: readonly number[]): number[] {
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}
