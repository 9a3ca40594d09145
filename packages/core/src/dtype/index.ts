export * from "./complex.ts";
export * from "./dtype.ts";
export * from "./element.ts";
export * from "./half.ts";
export * from "./info.ts";
export * from "./promotion.ts";
