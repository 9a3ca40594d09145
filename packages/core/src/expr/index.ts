export * from "./ast.ts";
export * from "./builtins.ts";
export * from "./kinds.ts";
export * from "./parse.ts";
