/** Python's exception classes that PyTorch raises and JavaScript lacks. `TypeError` is JavaScript's own. */

export class RuntimeError extends Error {
  override name = "RuntimeError";
}

export class IndexError extends RangeError {
  override name = "IndexError";
}

export class ValueError extends RangeError {
  override name = "ValueError";
}

export class NotImplementedError extends RuntimeError {
  override name = "NotImplementedError";
}

/** A matrix for which a decomposition or solution does not exist or was not found. */
export class LinAlgError extends RuntimeError {
  override name = "LinAlgError";
}
