/** Python's KeyError. */
export class KeyError extends Error {
  override name = "KeyError";
}

/** Python's AttributeError. */
export class AttributeError extends Error {
  override name = "AttributeError";
}
