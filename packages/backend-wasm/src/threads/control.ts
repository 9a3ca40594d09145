/**
 * The shared block through which threads talk. Workers sleep in Atomics.wait and never get to their message queues, so that
 * everything travels here: the job's header, the arguments of its calls, and modules written at run time.
 *
 * A job is open while STATE is odd. A worker raises its slot, then looks whether the job is (still) open; only then it reads
 * on and takes calls by adding to NEXT. The main thread closes the job when no calls are left, then waits for the slots to
 * fall: a worker that wakes up late finds the job closed and has touched nothing, and nobody ever waits for a sleeper.
 */
export const STATE = 0;
/** Words that several threads write to stand on cache lines of their own. */
export const NEXT = 16;
export const SLEEPERS = 32;
export const DONE = 48;
/** Set while the main thread sleeps until DONE changes. */
export const WAITING = 64;
/** Thread of the first call that threw, and the length of its text. */
export const FAILED = 80;
export const FAILED_LENGTH = 81;

// Written before a job opens, read while it is open.
export const COUNT = 96;
export const ARITY = 97;
/** Number of the export, or -1 for a module of its own. */
export const EXPORT = 98;
export const CODE_ID = 99;
export const CODE_LENGTH = 100;
export const WORK_AT = 101;
/** Workers from this index on stay away. */
export const LIMIT = 102;
/** Doubles at bytes 416 and 424. */
export const WORK_BASE = 52;
export const WORK_STRIDE = 53;

/** A cache line for each worker: whether it may be at work, and whether it has started. */
export const SLOTS = 112;
export const MOST_WORKERS = 63;

export const ARGUMENTS: number = (SLOTS + 16 * MOST_WORKERS) * 4;
export const MOST_ARGUMENTS = 6144;
export const CODE: number = ARGUMENTS + 8 * MOST_ARGUMENTS;
export const MOST_CODE: number = 16384;
export const TEXT: number = CODE + MOST_CODE;
export const MOST_TEXT = 256;
export const CONTROL_BYTES: number = TEXT + MOST_TEXT;
