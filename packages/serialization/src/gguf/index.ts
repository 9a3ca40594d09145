/** GGUF files, read only. */
export type { GGUFValue } from "./header.ts";
export { GGUFFile, type GGUFOptions, load_file, open } from "./load.ts";
