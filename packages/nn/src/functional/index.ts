/** torch.nn.functional: stateless forms of the layers, activations and losses. */
export * from "./functions.gen.ts";
