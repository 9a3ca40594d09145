import { type Kernel, type Operand, spread } from "../kernel.ts";
import { ceilDiv, load, update } from "../source.ts";
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

/** One unit: from the gradient `g` of its new state to those of its gates; GRU leaves in `dh` what reaches the old state. */
const CELLS: Readonly<Record<RecurrentMode, string>> = {
  RNN_TANH: "let y = kept(0u);\n      gate(0u, g * (1.0 - y * y));",
  RNN_RELU: "gate(0u, select(0.0, g, kept(0u) > 0.0));",
  LSTM: `let input = kept(0u);
      let forget = kept(1u);
      let candidate = kept(2u);
      let output = kept(3u);
      let old = c_before_load(row * p.width + j);
      let bent = bend(forget * old + input * candidate);
      let cell = dc[j] + g * output * (1.0 - bent * bent);
      gate(0u, cell * candidate * input * (1.0 - input));
      gate(1u, cell * old * forget * (1.0 - forget));
      gate(2u, cell * input * (1.0 - candidate * candidate));
      gate(3u, g * bent * output * (1.0 - output));
      dc[j] = cell * forget;`,
  GRU: `let reset = kept(0u);
      let renew = kept(1u);
      let fresh = kept(2u);
      let hidden = kept(3u);
      let d_fresh = g * (1.0 - renew) * (1.0 - fresh * fresh);
      let d_renew = g * (h_before_load(row * p.width + j) - fresh) * renew * (1.0 - renew);
      let d_reset = d_fresh * hidden * reset * (1.0 - reset);
      gate(0u, d_reset);
      gate(1u, d_renew);
      gate(2u, d_fresh);
      own(0u, d_reset);
      own(1u, d_renew);
      own(2u, d_fresh * reset);
      dh[j] = g * renew;`,
};

/**
 * The gradients of the gates' input share and of the first states. Operands: `grad` [rows, width] (unless there is none),
 * `reserve`, `weight`, `steps`, `c_before` (of LSTM), `h_before` (of GRU); `h` and, for LSTM, `c`, the gradients of the last states
 * at first and then those of the first ones; `gates`, and for GRU `recurrent`, the gradients of the gates' recurrent share.
 */
export function recurrentBackward(spec: RecurrentSpec, grad: boolean): Kernel {
  const { mode, batch, width } = spec;
  const gates = gatesOf(mode);
  const lstm = mode === "LSTM";
  const gru = mode === "GRU";
  const units = ceilDiv(width, 256);
  const own = gru ? "recurrent" : "gates";
  const place = (k: string, of: number): string => `(row * ${of}u + ${k}u) * p.width + j`;
  const cell = CELLS[mode]
    .replaceAll(/kept\((\d)u\)/g, (_, k: string) => `reserve_load(${place(k, keptOf(mode))})`)
    .replaceAll(/gate\((\d)u, (.*)\);/g, (_, k: string, value: string) => `gates[${place(k, gates)}] = ${value};`)
    .replaceAll(/own\((\d)u, (.*)\);/g, (_, k: string, value: string) => `recurrent[${place(k, gates)}] = ${value};`);
  const extra: Operand[] = lstm ? [load("c_before"), update("c")] : gru ? [load("h_before"), update("recurrent")] : [];
  return {
    name: `${mode.toLowerCase()}_backward`,
    operands: [
      ...(grad ? [load("grad")] : []),
      load("reserve"),
      load("weight"),
      ...stepOperands(spec),
      ...extra,
      update("h"),
      update("gates"),
    ],
    params: stepParams(spec),
    code: `
${ACTIVATIONS}
${stepFunctions(spec)}
var<workgroup> dh: array<f32, ${units * 256}>;
${lstm ? `var<workgroup> dc: array<f32, ${units * 256}>;` : ""}

${SEQUENCE_MAIN}
  for (var j = thread; j < p.width; j += 256u) {
    dh[j] = h[sequence * p.width + j];
    ${lstm ? "dc[j] = c[sequence * p.width + j];" : ""}
  }
  for (var back = 0u; back < p.count; back++) {
    let s = p.count - 1u - back;
    if (sequence >= taking_part(s)) { continue; }
    let row = first_row(s) + sequence;
    for (var j = thread; j < p.width; j += 256u) {
      let g = dh[j]${grad ? " + grad_load(row * p.width + j)" : ""};
      ${cell}
    }
    storageBarrier();
    workgroupBarrier();
    for (var j = thread; j < p.width; j += 256u) {
      var sum = ${gru ? "dh[j]" : "0.0"};
      for (var q = 0u; q < ${gates}u * p.width; q++) {
        sum += ${own}[row * ${gates}u * p.width + q] * weight_load(q * p.width + j);
      }
      dh[j] = sum;
    }
    workgroupBarrier();
  }
  for (var j = thread; j < p.width; j += 256u) {
    h[sequence * p.width + j] = dh[j];
    ${lstm ? "c[sequence * p.width + j] = dc[j];" : ""}
  }
}`,
    workgroups: spread(batch),
  };
}
