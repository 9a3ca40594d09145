/** A pickle that is damaged, or that asks for something an allow-list unpickler refuses. */
export class UnpicklingError extends Error {
  override name = "UnpicklingError";
}

/** The data ended inside the pickle: more bytes might complete it. */
export class TruncatedPickle extends UnpicklingError {
  constructor() {
    super("pickle data was truncated");
  }
}

/** An object that has no representation in a checkpoint. */
export class PicklingError extends Error {
  override name = "PicklingError";
}
