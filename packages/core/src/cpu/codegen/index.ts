export * from "./convert.ts";
export * from "./emit.ts";
export * from "./generate.ts";
export * from "./interpret.ts";
export * from "./words.ts";
