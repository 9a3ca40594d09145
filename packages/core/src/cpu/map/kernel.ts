import type { Program } from "../../expr/index.ts";
import type { DType } from "../../dtype/index.ts";
import { canGenerate } from "../codegen/index.ts";
import { generateContiguous, generateStrided } from "./generated.ts";
import { interpretContiguous, interpretStrided } from "./interpreted.ts";
import type { ContiguousLoop, LoopSpec, StridedLoop } from "./loop.ts";

/** The loops of one program for one combination of dtypes, made when first needed. */
export class Kernel implements LoopSpec {
  readonly program: Program;
  readonly compute: DType;
  readonly out: DType;
  /** Per slot its dtype id or {@link CONSTANT}. */
  readonly slots: readonly number[];
  contiguous: ContiguousLoop;
  strided: StridedLoop;

  constructor(program: Program, compute: DType, out: DType, slots: readonly number[], generate: boolean = canGenerate) {
    this.program = program;
    this.compute = compute;
    this.out = out;
    this.slots = slots;
    this.contiguous = (...args) => {
      this.contiguous = generate ? generateContiguous(this) : interpretContiguous(this);
      this.contiguous(...args);
    };
    this.strided = (...args) => {
      this.strided = generate ? generateStrided(this) : interpretStrided(this);
      this.strided(...args);
    };
  }
}
