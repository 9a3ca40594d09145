import type { Tensor } from "@tt/core";
import type { GradientEdgeSource } from "@tt/core/dispatch";
import { AccumulateGrad } from "./accumulate.ts";

/**
 * The graph behind `outputs` in Graphviz' DOT language: nodes under PyTorch's names, leaves with their shapes.
 *
 * @param outputs - a tensor or several
 * @param names - what to call leaves, such as `Object.fromEntries(net.named_parameters())`
 * @example
 * ```ts
 * import { ones } from "@tt/core";
 * import { graph_to_dot } from "@tt/autograd";
 * const w = ones(2, { requires_grad: true });
 * graph_to_dot(w.mul(2).sum(), { w }); // digraph { ... SumBackward0 ... "w\n[2]" ... }
 * ```
 */
export function graph_to_dot(
  outputs: Tensor | readonly Tensor[],
  names: Readonly<Record<string, Tensor>> = {},
): string {
  const labels = new Map(Object.entries(names).map(([name, tensor]) => [tensor, name]));
  const ids = new Map<GradientEdgeSource, string>();
  const lines = ["digraph {", "  node [shape=box, fontname=monospace];"];
  const stack: GradientEdgeSource[] = [];
  const see = (node: GradientEdgeSource): string => {
    let id = ids.get(node);
    if (id !== undefined) return id;
    ids.set(node, (id = `n${ids.size}`));
    stack.push(node);
    lines.push(`  ${id} [${describe(node, labels)}];`);
    return id;
  };
  (Array.isArray(outputs) ? (outputs as readonly Tensor[]) : [outputs as Tensor]).forEach((output, i) => {
    lines.push(`  out${i} [label="output ${i}\\n[${output.shape.join(", ")}]", shape=ellipse];`);
    if (output.grad_fn !== null) lines.push(`  ${see(output.grad_fn)} -> out${i};`);
  });
  while (stack.length > 0) {
    const node = stack.pop()!;
    for (const [next] of node.next_functions) if (next !== null) lines.push(`  ${see(next)} -> ${ids.get(node)!};`);
  }
  return [...lines, "}"].join("\n");
}

function describe(node: GradientEdgeSource, labels: ReadonlyMap<Tensor, string>): string {
  if (!(node instanceof AccumulateGrad)) return `label="${node.name().replace("torch::autograd::", "")}"`;
  const { variable } = node;
  return `label="${labels.get(variable) ?? "leaf"}\\n[${variable.shape.join(", ")}]", style=filled`;
}
