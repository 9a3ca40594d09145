import type { DType, Scalar } from "../dtype/index.ts";
import { parseExpr, type Program } from "../expr/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { NUMPY_NAMES, type Param, parseSchema, type Schema, type Synonyms } from "./schema.ts";

/**
 * Arguments as the schema types them. Records are checked against PyTorch by the oracle, not by
 * this type: a schema text is not visible to TypeScript.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type Bound = any;

/** Shape and dtype of an output. */
export interface Meta {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * How an expression's compute and result dtypes follow from its operands' common dtype:
 * - `default`: both are the common dtype
 * - `float`: integers compute as the default dtype
 * - `comparison`: computes in the common dtype, gives bool
 * - `float_comparison`: as `float`, gives bool
 * - `real`: complex operands give the real dtype of their parts
 * - `float_real`: both `float` and `real`
 * - `complex`: computes in the common dtype, gives the complex dtype with such parts
 */
export type Promotion = "default" | "float" | "comparison" | "float_comparison" | "real" | "float_real" | "complex";

/**
 * A gradient formula: `g` is the output's gradient (an array, with nulls, for several differentiable
 * outputs), then the saved values. For several arguments together it takes `(g, needs, ...saved)`
 * and gives an array.
 */
export type Formula = (
  g: Bound,
  ...saved: Bound[]
) => Tensor | null | undefined | readonly (Tensor | null | undefined)[];

/**
 * Gradients by argument name. A formula alone needs nothing saved; `[formula, ...names]` saves
 * arguments or results by name: "other", "result" (or the names of the schema's returns), and of
 * tensors "input.shape", "input.dtype", "input.strides", "input.offset", "input.numel". A key may
 * name several arguments: "input, weight".
 */
export type Derivative = Readonly<Record<string, Formula | readonly [Formula, ...string[]]>>;

interface OpCommon {
  /** PyTorch's signature; see {@link Schema}. */
  readonly schema: string;
  /** One or two sentences for the generated documentation. */
  readonly doc: string;
  /** Lines of TypeScript shown as `@example`. */
  readonly example?: string;
  readonly derivative?: Derivative;
  /** Results that carry no gradient although their dtype could (indices are recognised by dtype). */
  readonly nondifferentiable?: boolean;
  /** Node name as PyTorch prints it; by default the op's name in CamelCase + "Backward0". */
  readonly gradName?: string | ((args: readonly Bound[]) => string);
  /** Where it is found: `both` a function and a method. */
  readonly variants?: "both" | "function" | "method" | "internal";
  /** Where the function is exported: the main entry, or "linalg", "fft", "special", "masked", "sparse", "nn.functional". */
  readonly namespace?: "torch" | "linalg" | "fft" | "special" | "masked" | "sparse" | "nn.functional";
  /** Offers the method `name_`, writing into the first argument; "function": the function `name_` too. */
  readonly inplace?: boolean | "function";
  /** Offers the `out=` keyword; by default every function of the `torch` namespace does. */
  readonly out?: boolean;
  /** `out=` must have exactly the result's dtype; a function gives the text for another. */
  readonly strictOut?: boolean | ((got: DType) => string);
  /** Other public names of the same op. */
  readonly aliases?: readonly string[];
  /**
   * Names that PyTorch's documentation has for keyword arguments: other name to the schema's.
   * Functions of PyTorch's C++ side take NumPy's names (`axis`, `keepdims`) without being told.
   */
  readonly synonyms?: Synonyms;
  /** Throws PyTorch's errors for what the types cannot say. */
  readonly check?: (...args: Bound[]) => void;
  /** Argument lists for gradcheck and the documentation's coverage. */
  readonly samples?: () => readonly (readonly unknown[])[];
}

/** Computed element by element from a scalar expression. */
export interface PointwiseRecord extends OpCommon {
  /** Operands are a, b, c ... in schema order; other scalar arguments go by their names. */
  readonly expr: string | ((...args: Bound[]) => string);
  readonly promote?: Promotion | ((...args: Bound[]) => Promotion);
}

/** Computed by a backend's kernel into outputs of known shape. */
export interface KernelRecord extends OpCommon {
  /** Name of the kernel, and arguments to put before the op's own. */
  readonly kernel: string;
  /** Shapes and dtypes of the outputs; checks arguments. Absent: the kernel returns its own tensors. */
  readonly meta?: (...args: Bound[]) => Meta | readonly Meta[];
  /** What the kernel receives after the outputs, where that differs from the arguments. */
  readonly kernelArgs?: (...args: Bound[]) => readonly unknown[];
  /** The kernel writes into its first argument and returns nothing (`normal_`, `copy_`). */
  readonly mutates?: boolean;
  /** Operands may be on other devices than the first argument, and are brought to its. */
  readonly anyDevice?: boolean;
  /** In place, the kernel may be given its first input as output. */
  readonly aliasable?: boolean;
}

/** A tensor, or several, on the memory of the first argument. */
export interface ViewRecord extends OpCommon {
  readonly view: (...args: Bound[]) => Tensor | Tensor[];
}

/** Ordinary code over other ops; gradients come from them unless `derivative` is given. */
export interface CompositeRecord extends OpCommon {
  readonly decompose: (...args: Bound[]) => unknown;
}

export type OpRecord = PointwiseRecord | KernelRecord | ViewRecord | CompositeRecord;

/** A record made ready for calls. */
export class Op {
  /** Index into the backends' kernel tables. */
  readonly id: number;
  readonly record: OpRecord;
  readonly schema: Schema;
  /** Public name. */
  readonly name: string;
  readonly pointwise: PointwiseRecord | null;
  readonly kernel: KernelRecord | null;
  readonly view: ViewRecord | null;
  readonly composite: CompositeRecord | null;
  /** Positions of arguments that are or hold tensors. */
  readonly tensorArgs: readonly number[];
  /** Of those, the positions that hold lists. */
  readonly listArgs: readonly number[];
  /** Positions of element-wise operands. */
  readonly operands: readonly number[];
  /** Gives outputs with gradients through a recorded node. */
  readonly recorded: boolean;
  /** How many arguments come first that are one or two operands, if all others have defaults; else 0. */
  readonly leading: number;
  /** Accepts `out=`. */
  readonly takesOut: boolean;
  /** Writes into its first argument. */
  readonly mutates: boolean;
  /** Gives one result. */
  readonly single: boolean;
  private readonly label: string | null;
  private fixed: Program | null = null;
  private lastText = "";
  private last: Program | null = null;
  private fixedScalars: readonly number[] | null = null;
  private readonly programs = new Map<string, Program>();
  private readonly scalarPositions = new Map<Program, readonly number[]>();

  constructor(id: number, record: OpRecord) {
    this.id = id;
    this.record = record;
    this.schema = parseSchema(record.schema, keywordNames(record));
    this.name = this.schema.name;
    this.pointwise = "expr" in record ? record : null;
    this.kernel = "kernel" in record ? record : null;
    this.view = "view" in record ? record : null;
    this.composite = "decompose" in record ? record : null;
    const tensors: number[] = [];
    const lists: number[] = [];
    const operands: number[] = [];
    this.schema.params.forEach((param, i) => {
      if (param.type !== "Tensor" && param.type !== "Tensor|Scalar") return;
      (param.list ? lists : tensors).push(i);
      if (!param.list) operands.push(i);
    });
    this.tensorArgs = tensors;
    this.listArgs = lists;
    this.operands = operands;
    this.recorded = record.derivative !== undefined;
    this.leading = leadingOperands(this.schema);
    this.mutates = this.kernel?.mutates === true;
    this.takesOut = record.out ?? (this.view === null && !this.mutates);
    this.single = this.schema.returns.length === 1;
    this.label =
      typeof record.gradName === "string"
        ? record.gradName
        : record.gradName === undefined
          ? `${camelCase(this.name)}Backward0`
          : null;
  }

  /** The expression for these arguments. */
  program(args: readonly Bound[]): Program {
    if (this.fixed !== null) return this.fixed;
    const { expr } = this.pointwise!;
    if (typeof expr === "string") return (this.fixed = parseExpr(expr));
    const text = expr(...args);
    if (text === this.lastText) return this.last!;
    let program = this.programs.get(text);
    if (program === undefined) this.programs.set(text, (program = parseExpr(text)));
    this.lastText = text;
    this.last = program;
    return program;
  }

  /** The values of the expression's scalar names. */
  scalars(program: Program, args: readonly Bound[]): readonly Scalar[] {
    if (program.scalars.length === 0) return NONE;
    let positions = program === this.fixed ? this.fixedScalars : (this.scalarPositions.get(program) ?? null);
    if (positions === null) {
      positions = program.scalars.map((name) => this.position(name));
      if (program === this.fixed) this.fixedScalars = positions;
      else this.scalarPositions.set(program, positions);
    }
    return positions.map((i) => args[i] as Scalar);
  }

  /** Index of the argument called `name`. */
  position(name: string): number {
    const found = this.schema.params.findIndex((p) => p.name === name);
    if (found < 0) throw new Error(`${this.schema.fullName} has no argument "${name}"`);
    return found;
  }

  /** PyTorch's name of the graph node. */
  gradName(args: readonly Bound[]): string {
    return this.label ?? (this.record.gradName as (args: readonly Bound[]) => string)(args);
  }
}

const NONE: readonly Scalar[] = [];

/** Namespaces whose functions are written in Python, with their own names only. */
const PYTHON = new Set(["nn.functional", "masked"]);

function keywordNames({ namespace = "torch", synonyms }: OpCommon): Synonyms | undefined {
  return PYTHON.has(namespace) ? synonyms : { ...NUMPY_NAMES, ...synonyms };
}

function leadingOperands({ params }: Schema): number {
  let count = 0;
  while (count < 2 && count < params.length && isOperand(params[count]!)) count++;
  const rest = params.slice(count);
  return rest.every((p) => p.hasDefault) && !rest.some((p) => p.variadic) ? count : 0;
}

function isOperand(param: Param): boolean {
  return (
    !param.list && !param.kwonly && !param.hasDefault && (param.type === "Tensor" || param.type === "Tensor|Scalar")
  );
}

/** `log_softmax` -> `LogSoftmax`. */
export function camelCase(name: string): string {
  return name.replace(/(?:^|_+)([a-z0-9])/g, (_, ch: string) => ch.toUpperCase()).replace(/_+$/, "");
}

/** All ops in order of definition; the index is {@link Op.id}. */
export const OPS: Op[] = [];

const byFullName = new Map<string, Op>();

/**
 * Makes an op of its record and registers it under its schema's name.
 * @throws Error when the name is taken
 */
export function defineOp(record: OpRecord): Op {
  const op = new Op(OPS.length, record);
  const key = op.schema.fullName;
  if (byFullName.has(key)) throw new Error(`op ${key} is defined twice`);
  byFullName.set(key, op);
  OPS.push(op);
  return op;
}

/** The op of that full name, such as "max.dim". */
export function findOp(fullName: string): Op | undefined {
  return byFullName.get(fullName);
}
