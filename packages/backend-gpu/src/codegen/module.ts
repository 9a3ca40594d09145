import type { Lowered, LoweredChain, Place, Use } from "../queue/lower.ts";
import { PRELUDE } from "../wgsl/prelude.ts";
import type { Operand } from "../wgsl/kernel.ts";
import { writeProgram } from "./expression.ts";
import { convert, rounded, typeOfKind, type ValueType } from "./kinds.ts";
import { libraryCode } from "./library/index.ts";

/** Threads of a workgroup of element-wise kernels. */
export const MAP_THREADS = 256;

/** The WGSL module of a dispatch. */
export function moduleCode(lowered: Lowered): string {
  const writer = new ModuleWriter(lowered);
  return writer.module();
}

class ModuleWriter {
  private readonly lowered: Lowered;
  private readonly library = new Set<string>();
  private readonly lines: string[] = [];
  private names = 0;
  /** One more than the last parameter word used. */
  private words = 0;

  constructor(lowered: Lowered) {
    this.lowered = lowered;
  }

  private readonly use = (name: string): void => void this.library.add(name);
  private readonly fresh = (): string => `x${this.names++}`;
  private readonly line = (text: string): void => void this.lines.push(`  ${text}`);

  module(): string {
    const { kernel, chains } = this.lowered;
    const functions: string[] = [];
    if (kernel === null) {
      this.word(0);
      this.chain(chains[0]!, null);
      functions.push(`@compute @workgroup_size(${MAP_THREADS})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group_id: vec3<u32>, @builtin(num_workgroups) group_count: vec3<u32>) {
  let i = flat_group(group_id, group_count) * ${MAP_THREADS}u + thread;
  if (i >= p.w0) { return; }
${this.take()}
}`);
    } else {
      kernel.operands.forEach((operand, k) => {
        if (operand.access !== "load" && operand.access !== "store") return;
        const chain = chains.find((candidate) => candidate.operand === k);
        functions.push(this.accessor(operand, chain ?? null, this.lowered.own[k] ?? null));
      });
      functions.push(kernel.code);
    }
    return [PRELUDE, this.params(), this.bindings(), libraryCode(this.library), ...functions].join("\n");
  }

  private take(): string {
    const text = this.lines.join("\n");
    this.lines.length = 0;
    return text;
  }

  /** `NAME_load` or `NAME_store`. */
  private accessor({ name, type, access }: Operand, chain: LoweredChain | null, place: Place | null): string {
    if (access === "load") {
      const value = chain === null ? { text: this.load(place!), type: place!.form.value } : this.chain(chain, null)!;
      this.line(`return ${type === "u32" ? toWord(value) : convert(value.text, value.type, type)};`);
      return `fn ${name}_load(i: u32) -> ${type} {\n${this.take()}\n}`;
    }
    const form = chain === null ? place!.form : this.lowered.forms[chain.operand]!;
    const value = type === "u32" ? ofWord("value", form.value) : { text: "value", type };
    if (chain === null) this.store(place!, convert(value.text, value.type, form.value));
    else this.chain(chain, value);
    return `fn ${name}_store(i: u32, value: ${type}) {\n${this.take()}\n}`;
  }

  /** Writes a chain's statements; gives a prologue's result. */
  private chain(chain: LoweredChain, start: Typed | null): Typed | null {
    const loads = chain.loads.map((place): Typed => {
      const name = this.fresh();
      this.line(`let ${name} = ${this.load(place)};`);
      return { text: name, type: place.form.value };
    });
    const results: (Typed | null)[] = [];
    const startForm = chain.operand >= 0 && !chain.prologue ? this.lowered.forms[chain.operand]! : null;
    let begun = start;
    if (start !== null && startForm !== null) {
      const name = this.fresh();
      this.line(`let ${name} = ${rounded(convert(start.text, start.type, startForm.value), startForm, this.use)};`);
      begun = { text: name, type: startForm.value };
    }
    const valueOfUse = (use: Use, want: ValueType): Typed => {
      if (use.kind === "load") return loads[use.index]!;
      if (use.kind === "step") return results[use.index]!;
      if (use.kind === "start") return begun!;
      return { text: this.number(use.word, want), type: want };
    };
    for (const step of chain.steps) {
      if (step === null) {
        results.push(null);
        continue;
      }
      const want = typeOfKind(step.compute.category);
      const operands = step.uses.map((use) => {
        const { text, type } = valueOfUse(use, want);
        return this.named(convert(text, type, want));
      });
      const scalars = step.program.scalars.map((_, k) => this.named(this.number(step.word + k, want)));
      const { text, type } = writeProgram(
        step.program,
        step.compute,
        operands,
        scalars,
        this.line,
        this.fresh,
        this.use,
      );
      const stored = rounded(this.named(convert(text, type, step.out.value)), step.out, this.use);
      results.push({ text: this.named(stored), type: step.out.value });
    }
    for (const { place, use } of chain.stores) {
      const { text, type } = valueOfUse(use, "f32");
      this.store(place, convert(text, type, place.form.value));
    }
    return chain.result === null ? null : valueOfUse(chain.result, "f32");
  }

  private named(text: string): string {
    if (/^[\w.]*$/.test(text)) return text;
    const name = this.fresh();
    this.line(`let ${name} = ${text};`);
    return name;
  }

  private word(index: number): string {
    if (index >= this.words) this.words = index + 1;
    return `p.w${index}`;
  }

  private number(word: number, type: ValueType): string {
    const text = this.word(word);
    return type === "f32" ? `bitcast<f32>(${text})` : type === "i32" ? `bitcast<i32>(${text})` : `(${text} != 0u)`;
  }

  /** The place of element `i`, counted in elements. */
  private index({ access, word }: Place): string {
    const offset = this.word(word);
    if (access.dense) return access.rank === 0 ? offset : `(${offset} + i)`;
    const rest = this.fresh();
    const at = this.fresh();
    const { rank } = access;
    this.line(`var ${rest} = i;`);
    this.line(`var ${at} = ${offset};`);
    for (let d = rank - 1; d >= 0; d--) {
      const size = this.word(word + 1 + 2 * d);
      const step = this.word(word + 2 + 2 * d);
      if (d === 0) this.line(`${at} += ${rest} * ${step};`);
      else {
        this.line(`${at} += (${rest} % ${size}) * ${step};`);
        this.line(`${rest} /= ${size};`);
      }
    }
    return at;
  }

  /** The value of element `i`, in the form's type. */
  private load(place: Place): string {
    const { form, binding } = place;
    const at = this.index(place);
    const entry = (index: string): string =>
      this.isAtomic(binding) ? `atomicLoad(&b${binding}[${index}])` : `b${binding}[${index}]`;
    if (form.bytes === 2) {
      const name = this.named(at);
      const bits = `((${entry(`${name} >> 1u`)} >> ((${name} & 1u) * 16u)) & 0xffffu)`;
      if (form.key === "g") return `bitcast<f32>(${bits} << 16u)`;
      this.use("f16_value");
      return `f16_value(${bits})`;
    }
    const word = entry(at);
    return form.value === "bool" ? `(${word} != 0u)` : `bitcast<${form.value}>(${word})`;
  }

  private store(place: Place, value: string): void {
    const { form, binding } = place;
    const at = this.index(place);
    if (form.bytes === 2) {
      const name = this.named(at);
      this.use(form.key === "g" ? "bf16_bits" : "f16_bits");
      const bits = form.key === "g" ? `bf16_bits(${value})` : `f16_bits(${value})`;
      const shift = this.named(`((${name} & 1u) * 16u)`);
      // Other threads write the word's other half.
      this.line(`atomicAnd(&b${binding}[${name} >> 1u], ~(0xffffu << ${shift}));`);
      this.line(`atomicOr(&b${binding}[${name} >> 1u], ${bits} << ${shift});`);
      return;
    }
    const stored =
      form.value === "bool" ? `select(0u, 1u, ${value})` : `bitcast<u32>(${rounded(value, form, this.use)})`;
    this.line(`b${binding}[${at}] = ${stored};`);
  }

  private isAtomic(binding: number): boolean {
    const { memory, written } = this.lowered.bindings[binding]!;
    return written && memory.form.bytes === 2;
  }

  private params(): string {
    const named = (this.lowered.kernel?.params ?? []).map(([name, type]) => `${name}: ${type}`);
    // The words of chains come after those of the kernel.
    const words: string[] = [];
    for (let k = named.length; k < this.words; k++) words.push(`w${k}: u32`);
    const fields = [...named, ...words];
    if (fields.length === 0) return "";
    return `struct Params { ${fields.join(", ")} }\n@group(1) @binding(0) var<uniform> p: Params;`;
  }

  private bindings(): string {
    const { bindings, kernel } = this.lowered;
    return bindings
      .map(({ own, written }, k) => {
        const mode = written ? "read_write" : "read";
        if (own < 0) {
          const type = this.isAtomic(k) ? "atomic<u32>" : "u32";
          return `@group(0) @binding(${k}) var<storage, ${mode}> b${k}: array<${type}>;`;
        }
        const { name, type, access } = kernel!.operands[own]!;
        const element = access === "vec4" ? `vec4<${type}>` : access === "atomic" ? `atomic<${type}>` : type;
        return `@group(0) @binding(${k}) var<storage, ${mode}> ${name}: array<${element}>;`;
      })
      .join("\n");
  }
}

interface Typed {
  readonly text: string;
  readonly type: ValueType;
}

/** Templates have truth values, and bits, as u32. */
function toWord({ text, type }: Typed): string {
  return type === "bool" ? `select(0u, 1u, ${text})` : type === "i32" ? `bitcast<u32>(${text})` : `u32(${text})`;
}

function ofWord(text: string, form: ValueType): Typed {
  return form === "bool" ? { text: `(${text} != 0u)`, type: "bool" } : { text: `bitcast<i32>(${text})`, type: "i32" };
}
