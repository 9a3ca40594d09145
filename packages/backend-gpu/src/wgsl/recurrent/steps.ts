import type { Operand, Param } from "../kernel.ts";
import { array, u32 } from "../source.ts";

export type RecurrentMode = "RNN_TANH" | "RNN_RELU" | "LSTM" | "GRU";

/**
 * One direction of a recurrent layer over `batch` sequences of at most `count` steps; its rows [rows, ...] are the steps one
 * after the other.
 */
export interface RecurrentSpec {
  readonly mode: RecurrentMode;
  readonly batch: number;
  readonly width: number;
  readonly count: number;
  readonly rows: number;
  /**
   * Whether sequences differ in length: then `steps` (i32) has the first row of each step, in the order of computation, and how
   * many sequences take part. Else all take part in all steps.
   */
  readonly packed: boolean;
  /** Without a table: whether the last step comes first. */
  readonly reverse: boolean;
  /** Whether there is a bias of the recurrent share. */
  readonly bias: boolean;
}

/** The widest layer whose states fit into workgroup memory. */
export const WIDEST = 2048;

/** Gates of a cell, and activations that it keeps for the gradient, in widths. */
export function gatesOf(mode: RecurrentMode): number {
  return mode === "LSTM" ? 4 : mode === "GRU" ? 3 : 1;
}

export function keptOf(mode: RecurrentMode): number {
  return mode === "LSTM" || mode === "GRU" ? 4 : 1;
}

export function stepOperands({ packed }: RecurrentSpec): readonly Operand[] {
  return packed ? [array("steps", "i32")] : [];
}

export function stepParams({ batch, width, count, rows }: RecurrentSpec): readonly Param[] {
  return [u32("batch", batch), u32("width", width), u32("count", count), u32("rows", rows)];
}

/** `fn first_row(s) -> u32` and `fn taking_part(s) -> u32` of step `s` in the order of computation. */
export function stepFunctions({ packed, reverse }: RecurrentSpec): string {
  if (packed) {
    return `fn first_row(s: u32) -> u32 { return u32(steps[2u * s]); }
fn taking_part(s: u32) -> u32 { return u32(steps[2u * s + 1u]); }`;
  }
  return `fn first_row(s: u32) -> u32 { return ${reverse ? "(p.count - 1u - s)" : "s"} * p.batch; }
fn taking_part(s: u32) -> u32 { return p.batch; }`;
}

/** The head of an entry point with a workgroup for each sequence; `size` is the width, rounded up to whole arrays. */
export const SEQUENCE_MAIN = `@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group_id: vec3<u32>, @builtin(num_workgroups) group_count: vec3<u32>) {
  let sequence = flat_group(group_id, group_count);
  if (sequence >= p.batch) { return; }`;

/** exp overflows to infinity where it must; tanh of large numbers need not be defined in WGSL. */
export const ACTIVATIONS = `fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
fn bend(x: f32) -> f32 { return tanh(clamp(x, -20.0, 20.0)); }`;
