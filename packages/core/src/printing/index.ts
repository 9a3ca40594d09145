export * from "./body.ts";
export * from "./number.ts";
export * from "./options.ts";
export * from "./python.ts";
export * from "./tensor.ts";
