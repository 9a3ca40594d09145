/** Memory while archives of a gigabyte are read, a line of JSON each; nothing of them is ever on a disk. */
import { gzipSync } from "node:zlib";
import { TarDataset } from "@tt/data";
import { packTar } from "modern-tar";

const MIB = 1024 * 1024;
const body = new Uint8Array(8 * MIB);
for (let i = 0; i < body.length; i += 64) body[i] = i >> 6;
const END = new Uint8Array(1024);

/** An entry as it stands in an archive, without the archive's end. */
async function entry(name) {
  const bytes = await packTar([{ header: { name, size: body.length }, body }]);
  return bytes.subarray(0, bytes.length - END.length);
}

function archive(piece, times, end = END) {
  let place = 0;
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (place === times) {
        controller.enqueue(end);
        controller.close();
        return;
      }
      controller.enqueue(piece.slice(offset, offset + 256 * 1024));
      offset += 256 * 1024;
      if (offset < piece.length) return;
      offset = 0;
      place++;
    },
  });
}

async function read(source, filter) {
  let [count, bytes, peak] = [0, 0, 0];
  for await (const [, data] of new TarDataset(source, { filter })) {
    count++;
    bytes += data.shape[0];
    // 8 entries may wait for the collector, as there is no need for it yet.
    if (count % 8 === 0) global.gc();
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  return { count, bytes, peak };
}

const piece = await entry("weights.bin");
await read(() => archive(piece, 8));
global.gc();
const before = process.memoryUsage.rss();
const report = (name, { count, bytes, peak }) => console.log(JSON.stringify([name, count, bytes, peak - before]));
report("plain", await read(() => archive(piece, 128)));
// Zipped files one after another are a zipped file.
report("gzip", await read(() => archive(gzipSync(piece), 128, gzipSync(END))));
report(
  "skipped",
  await read(
    () => archive(piece, 128),
    () => false,
  ),
);
