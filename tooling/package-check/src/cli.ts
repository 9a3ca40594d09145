/** `pnpm check:package`: packs every public package and looks at the tarballs as a user gets them. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkBundles } from "./bundles.ts";
import { checkConsumer } from "./consumer.ts";
import { packAll } from "./pack.ts";
import { bin, run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "tt-package-check-"));
try {
  const packed = packAll(folder);
  for (const { name, tarball } of packed) {
    run(bin("publint"), ["run", tarball, "--strict"]);
    run(bin("attw"), [tarball, "--profile", "esm-only", "--quiet"]);
    console.log(`${name}: publint and attw have nothing to say`);
  }
  const consumer = join(folder, "consumer");
  checkConsumer(consumer, packed);
  await checkBundles(consumer);
  console.log(`packages: ${packed.length} packed, installed, type-checked, bundled and run`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
