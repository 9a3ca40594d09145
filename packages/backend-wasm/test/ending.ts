import { ones, use } from "@tt/core";
import { wasm } from "../src/index.ts";

// Run by src/threads/exit.test.ts: has workers, and nothing more to do.
await use(wasm({ threads: 3 }));
const x = ones(1000, 1000);
for (let i = 0; i < 100; i++) x.sum(1);
console.log(x.sum().item());
