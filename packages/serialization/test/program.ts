import { join } from "node:path";
import { build } from "esbuild";

/**
 * Makes one file of a program that may import from `@tt/serialization`; it starts several times as fast as sources that
 * are compiled one by one.
 */
export async function bundle(program: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: "js" },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@tt/source"],
    alias: { "@tt/serialization": join(import.meta.dirname, "../src/index.ts") },
    logLevel: "error",
  });
}
