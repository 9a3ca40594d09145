import { RuntimeError } from "@tt/core";
import { request, type Reading } from "../io/range.ts";
import { UnpicklingError } from "../pickle/errors.ts";
import { looksLikeZip } from "../zip/directory.ts";
import type { Container } from "./container.ts";
import { openLegacyCheckpoint } from "./legacy-format.ts";
import { openZipCheckpoint } from "./zip-format.ts";

/** Opens a checkpoint of either format, and names other files for what they seem to be. */
export function* openCheckpoint(fileSize: number): Reading<Container> {
  if (fileSize === 0) throw new UnpicklingError("Ran out of input: the file is empty");
  const start = yield* request(0, Math.min(512, fileSize));
  if (looksLikeZip(start)) return yield* openZipCheckpoint(fileSize);
  if (start[0] === 0x1f && start[1] === 0x8b)
    throw new RuntimeError("the file is compressed with gzip; decompress it first");
  if (start[8] === 0x7b && start[9] === 0x22)
    throw new RuntimeError("this looks like a safetensors file: load it with safetensors.load_file");
  if (new TextDecoder("latin1").decode(start.subarray(0, 4)) === "GGUF")
    throw new RuntimeError("this is a GGUF file, not a checkpoint of torch.save: load it with gguf.load_file");
  if (new TextDecoder("latin1").decode(start.subarray(257, 262)) === "ustar")
    throw new RuntimeError(
      "checkpoints of PyTorch before 0.1.10 (tar files) are not supported; load and save the file with a newer PyTorch",
    );
  // Every version has written pickles of protocol 2 or later, which begin with PROTO.
  if (start[0] !== 0x80)
    throw new UnpicklingError(
      `invalid load key, ${JSON.stringify(String.fromCharCode(start[0]!))}: the file is no checkpoint`,
    );
  return yield* openLegacyCheckpoint(fileSize);
}
