import { RuntimeError } from "@tt/core";

/** The first digits of the SHA-256 in names such as `resnet18-f37072fd.pth`. */
export function hashPrefix(fileName: string): string | undefined {
  return /-([a-f0-9]*)\./.exec(fileName)?.[1];
}

/** @throws RuntimeError when the digest does not begin with the prefix */
export function checkHash(digest: string, prefix: string): void {
  if (!digest.startsWith(prefix)) throw new RuntimeError(`invalid hash value (expected "${prefix}", got "${digest}")`);
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
