export * from "./modes.ts";
export * from "./scope.ts";
