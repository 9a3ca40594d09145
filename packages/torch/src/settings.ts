import { RuntimeError, ValueError } from "@tt/core";
import { checkThreadCount } from "@tt/core/threads";

export { get_num_threads, set_num_threads } from "@tt/core/threads";

/**
 * PyTorch's switches for programs that set them. Results of tt are the same on every run and its
 * kernels decide themselves how many threads they use, so that most of these only remember.
 */
const settings = {
  interopThreads: 1,
  deterministic: false,
  warnOnly: false,
  matmulPrecision: "highest",
  warnAlways: false,
};

/** Number of threads between operations that was set; 1 at first. */
export function get_num_interop_threads(): number {
  return settings.interopThreads;
}

/** @throws RuntimeError unless `num` is a positive integer */
export function set_num_interop_threads(num: number): void {
  checkThreadCount("set_num_interop_threads", num);
  settings.interopThreads = num;
}

/** tt always computes deterministically; the switch is remembered. */
export function use_deterministic_algorithms(mode: boolean, options: { warn_only?: boolean } = {}): void {
  settings.deterministic = mode;
  settings.warnOnly = options.warn_only ?? false;
}

export function are_deterministic_algorithms_enabled(): boolean {
  return settings.deterministic;
}

export function is_deterministic_algorithms_warn_only_enabled(): boolean {
  return settings.warnOnly;
}

const DEBUG_MODES = ["default", "warn", "error"];

/** 0 "default", 1 "warn" or 2 "error". */
export function get_deterministic_debug_mode(): number {
  if (!settings.deterministic) return 0;
  return settings.warnOnly ? 1 : 2;
}

/** @throws RuntimeError for an unknown mode */
export function set_deterministic_debug_mode(debug_mode: number | string): void {
  const mode = typeof debug_mode === "string" ? DEBUG_MODES.indexOf(debug_mode) : debug_mode;
  if (![0, 1, 2].includes(mode)) {
    throw new RuntimeError(
      typeof debug_mode === "string"
        ? `invalid value of debug_mode, expected one of \`default\`, \`warn\`, \`error\`, but got ${debug_mode}`
        : `invalid value of debug_mode, expected 0, 1, or 2, but got ${debug_mode}`,
    );
  }
  use_deterministic_algorithms(mode > 0, { warn_only: mode === 1 });
}

/** Precision of float32 matrix products that was set; products are always of the highest. */
export function get_float32_matmul_precision(): string {
  return settings.matmulPrecision;
}

/** @throws ValueError for anything but "highest", "high" and "medium" */
export function set_float32_matmul_precision(precision: string): void {
  if (!["highest", "high", "medium"].includes(precision)) {
    throw new ValueError(`${precision} is not one of 'highest', 'high', or 'medium'`);
  }
  settings.matmulPrecision = precision;
}

/** JavaScript always keeps denormal numbers: false says so. */
export function set_flush_denormal(_mode: boolean): boolean {
  return false;
}

export function is_warn_always_enabled(): boolean {
  return settings.warnAlways;
}

export function set_warn_always(mode: boolean): void {
  settings.warnAlways = mode;
}
