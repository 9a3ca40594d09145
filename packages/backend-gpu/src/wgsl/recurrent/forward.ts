import { type Kernel, type Operand, type Plan, spread } from "../kernel.ts";
import { ceilDiv, load, main, repeat, store, THREADS, u32, update } from "../source.ts";
import {
  ACTIVATIONS,
  gatesOf,
  keptOf,
  type RecurrentMode,
  type RecurrentSpec,
  SEQUENCE_MAIN,
  stepFunctions,
  stepOperands,
  stepParams,
} from "./steps.ts";

/**
 * The layer. A workgroup takes a sequence through all its steps, with its states in workgroup memory. Operands: `gates` (the
 * input's share of the gates [rows, G * width]; for all but GRU with the bias), `weight` [G * width, width], `bias` (of GRU),
 * `steps`, and `h0` [batch, width]; `h` and, for LSTM, `c`, the first states at first and then the last ones; `out`
 * [rows, width], `reserve` (what the gradient needs), and the states before each row, `h_before` and, for LSTM, `c_before`.
 */
export function recurrentForward(spec: RecurrentSpec): Plan {
  const { mode, width } = spec;
  return {
    kernels: [transpose(gatesOf(mode) * width, width), sequences(spec), statesBefore(spec)],
    scratch: [{ name: "turned", type: "f32", length: gatesOf(mode) * width * width }],
  };
}

/** `turned` [columns, rows] of `weight` [rows, columns], so that neighbours read neighbours. */
function transpose(rows: number, columns: number): Kernel {
  return {
    name: "recurrent_weight",
    operands: [load("weight"), update("turned")],
    params: [u32("rows", rows), u32("columns", columns)],
    code: `
${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.rows * p.columns) { return; }
  turned[i] = weight_load(i % p.rows * p.columns + i / p.rows);
}`,
    workgroups: spread(ceilDiv(rows * columns, THREADS)),
  };
}

/** One unit of a cell: from the recurrent shares `r0`, ... of its gates to the new state `next`, and what is kept. */
const CELLS: Readonly<Record<RecurrentMode, string>> = {
  RNN_TANH: "let next = bend(gate(0u) + r0);\n      keep(0u, next);",
  RNN_RELU: "let next = max(gate(0u) + r0, 0.0);\n      keep(0u, next);",
  LSTM: `let input = sigmoid(gate(0u) + r0);
      let forget = sigmoid(gate(1u) + r1);
      let candidate = bend(gate(2u) + r2);
      let output = sigmoid(gate(3u) + r3);
      let old = cells[j];
      let cell = forget * old + input * candidate;
      c_before_store(row * p.width + j, old);
      cells[j] = cell;
      let next = output * bend(cell);
      keep(0u, input);
      keep(1u, forget);
      keep(2u, candidate);
      keep(3u, output);`,
  GRU: `let reset = sigmoid(gate(0u) + r0);
      let renew = sigmoid(gate(1u) + r1);
      let fresh = bend(gate(2u) + reset * r2);
      let next = (states[j] - fresh) * renew + fresh;
      keep(0u, reset);
      keep(1u, renew);
      keep(2u, fresh);
      keep(3u, r2);`,
};

function sequences(spec: RecurrentSpec): Kernel {
  const { mode, batch, width, bias } = spec;
  const gates = gatesOf(mode);
  const lstm = mode === "LSTM";
  const gru = mode === "GRU";
  const units = ceilDiv(width, 256);
  const cell = CELLS[mode]
    .replaceAll(/gate\((\d)u\)/g, (_, g: string) => `gates_load((row * ${gates}u + ${g}u) * p.width + j)`)
    .replaceAll(
      /keep\((\d)u, (\w+)\)/g,
      (_, k: string, value: string) => `reserve_store((row * ${keptOf(mode)}u + ${k}u) * p.width + j, ${value})`,
    );
  const lstmOperands: Operand[] = lstm ? [update("c"), store("c_before")] : [];
  return {
    name: mode.toLowerCase(),
    operands: [
      load("gates"),
      { name: "turned", type: "f32", access: "array" },
      ...(gru && bias ? [load("bias")] : []),
      ...stepOperands(spec),
      update("h"),
      ...lstmOperands,
      store("reserve"),
      update("out"),
    ],
    params: stepParams(spec),
    code: `
${ACTIVATIONS}
${stepFunctions(spec)}
var<workgroup> states: array<f32, ${units * 256}>;
${lstm ? `var<workgroup> cells: array<f32, ${units * 256}>;` : ""}

${SEQUENCE_MAIN}
  for (var j = thread; j < p.width; j += 256u) {
    states[j] = h[sequence * p.width + j];
    ${lstm ? "cells[j] = c[sequence * p.width + j];" : ""}
  }
  for (var s = 0u; s < p.count; s++) {
    if (sequence >= taking_part(s)) { continue; }
    workgroupBarrier();
    let row = first_row(s) + sequence;
    ${repeat(units, (u) => `var next_${u} = 0.0;`, " ")}
    ${repeat(
      units,
      (u) => `if (thread + ${u * 256}u < p.width) {
      let j = thread + ${u * 256}u;
      ${repeat(gates, (g) => `var r${g} = ${gru && bias ? `bias_load(${g}u * p.width + j)` : "0.0"};`, " ")}
      for (var k = 0u; k < p.width; k++) {
        let state = states[k];
        let at = k * ${gates}u * p.width + j;
        ${repeat(gates, (g) => `r${g} += state * turned[at + ${g}u * p.width];`, " ")}
      }
      ${cell}
      next_${u} = next;
      out[row * p.width + j] = next;
    }`,
      "\n    ",
    )}
    workgroupBarrier();
    ${repeat(units, (u) => `if (thread + ${u * 256}u < p.width) { states[thread + ${u * 256}u] = next_${u}; }`, "\n    ")}
  }
  workgroupBarrier();
  for (var j = thread; j < p.width; j += 256u) {
    h[sequence * p.width + j] = states[j];
    ${lstm ? "c[sequence * p.width + j] = cells[j];" : ""}
  }
}`,
    workgroups: spread(batch),
  };
}

/** The hidden states before each row: results of the steps before, or the first states. */
function statesBefore(spec: RecurrentSpec): Kernel {
  const total = spec.count * spec.batch * spec.width;
  return {
    name: "recurrent_before",
    operands: [load("h0"), { name: "out", type: "f32", access: "array" }, ...stepOperands(spec), store("h_before")],
    params: [...stepParams(spec), u32("total", total)],
    code: `
${stepFunctions(spec)}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.total) { return; }
  let j = i % p.width;
  let sequence = i / p.width % p.batch;
  let s = i / (p.width * p.batch);
  if (sequence >= taking_part(s)) { return; }
  var value = 0.0;
  if (s > 0u && sequence < taking_part(s - 1u)) {
    value = out[(first_row(s - 1u) + sequence) * p.width + j];
  } else {
    value = h0_load(sequence * p.width + j);
  }
  h_before_store((first_row(s) + sequence) * p.width + j, value);
}`,
    workgroups: spread(ceilDiv(total, THREADS)),
  };
}
