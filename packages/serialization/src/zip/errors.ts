/** A damaged zip archive, or one that uses what checkpoints never do. */
export class ZipError extends Error {
  override name = "ZipError";
}
