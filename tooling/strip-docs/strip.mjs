/**
 * strip.mjs DIR...: takes the `doc` and `example` texts of op records out of built files. They are for the generated
 * documentation and types; at run time nobody reads them, and they are a twentieth of what a page would download.
 * Lines stay where they are, so that source maps hold.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const TEXT = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\`(?:[^\`\\]|\\.)*\`)`;
const PROPERTY = new RegExp(String.raw`^([ \t]*)(?:doc|example):\s*${TEXT}(?:\s*\+\s*${TEXT})*,(?=\s*$)`, "gm");

for (const folder of process.argv.slice(2)) {
  for (const entry of readdirSync(folder, { recursive: true })) {
    if (!String(entry).endsWith(".js")) continue;
    const file = join(folder, String(entry));
    const before = readFileSync(file, "utf8");
    if (!before.includes("defineOp(")) continue;
    const after = before.replace(PROPERTY, (match, indent) => indent + "\n".repeat(match.split("\n").length - 1));
    if (after !== before) writeFileSync(file, after);
  }
}
