/** Named sets of printing options: `default`, `short` (two digits, two edge items), `full` (never summarises). */
export type PrintProfile = "default" | "short" | "full";

/** The arguments of {@link set_printoptions}; what is left out keeps its value, but see `sci_mode`. */
export interface PrintOptions {
  /** Digits after the point; 4 by default. */
  precision?: number | null | undefined;
  /** Tensors of more elements are summarised; 1000 by default. */
  threshold?: number | null | undefined;
  /** Items shown at either end of each dimension of a summary; 3 by default. */
  edgeitems?: number | null | undefined;
  /** Characters per line; 80 by default. */
  linewidth?: number | null | undefined;
  /** Where the other options start from. */
  profile?: PrintProfile | null | undefined;
  /** Whether to use scientific notation. As in PyTorch, every call that leaves it out makes it automatic again. */
  sci_mode?: boolean | null | undefined;
}

/** The options in force. */
export interface ActivePrintOptions {
  readonly precision: number;
  readonly threshold: number;
  readonly edgeitems: number;
  readonly linewidth: number;
  /** null: chosen from the values. */
  readonly sci_mode: boolean | null;
}

const PROFILES: Readonly<Record<PrintProfile, Omit<ActivePrintOptions, "sci_mode">>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Number.POSITIVE_INFINITY, edgeitems: 3, linewidth: 80 },
};

let active: ActivePrintOptions = { ...PROFILES.default, sci_mode: null };

/** The options that printing uses now. */
export function printOptions(): ActivePrintOptions {
  return active;
}

const NAMES = ["precision", "threshold", "edgeitems", "linewidth", "profile", "sci_mode"] as const;

/**
 * Sets how tensors print, by name or by position in PyTorch's order.
 *
 * @throws TypeError for an option that does not exist
 * @example
 * set_printoptions({ precision: 2 });
 * String(tensor([1.12345])); // "tensor([1.12])"
 * set_printoptions({ profile: "default" });
 */
export function set_printoptions(options: PrintOptions): void;
export function set_printoptions(
  precision?: number | null,
  threshold?: number | null,
  edgeitems?: number | null,
  linewidth?: number | null,
  profile?: PrintProfile | null,
  sci_mode?: boolean | null,
): void;
export function set_printoptions(
  first?: PrintOptions | number | null,
  ...rest: (number | boolean | PrintProfile | null | undefined)[]
): void {
  const given: PrintOptions =
    typeof first === "object" && first !== null
      ? first
      : Object.fromEntries([first, ...rest].map((value, i) => [NAMES[i] ?? i, value]));
  for (const name of Object.keys(given)) {
    if (!(NAMES as readonly string[]).includes(name)) {
      throw new TypeError(
        `set_printoptions() got an unexpected keyword argument '${name}' (it takes ${NAMES.join(", ")})`,
      );
    }
  }
  const base = given.profile ? (PROFILES[given.profile] ?? active) : active;
  active = {
    precision: given.precision ?? base.precision,
    threshold: given.threshold ?? base.threshold,
    edgeitems: given.edgeitems ?? base.edgeitems,
    linewidth: given.linewidth ?? base.linewidth,
    sci_mode: given.sci_mode ?? null,
  };
}
