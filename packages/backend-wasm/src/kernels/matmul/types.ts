import {
  bfloat16,
  complex128,
  complex64,
  type DType,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  uint8,
} from "@tt/core";

/** How products of a dtype are computed. */
export interface ProductType {
  /** The number of the type that is computed in: see packShared in assembly/gemm.ts. */
  readonly number: number;
  readonly product: "productF32" | "productF64" | "productI32" | "productI64";
  readonly scale: "scaleF32" | "scaleF64" | "scaleI32" | "scaleI64";
  readonly gemv: "gemvF32" | "gemvF64" | null;
  /** How elements lie in memory: see assembly/convert.ts. */
  readonly kind: number;
  /** Numbers in an element. */
  readonly lanes: number;
  /** Bytes of a number as it is computed with. */
  readonly width: number;
  /** Whether results are computed in memory of their own and then rounded, or cut, to the dtype. */
  readonly narrow: boolean;
  /** Nanoseconds for a multiplication and addition of two elements. */
  readonly cost: number;
}

const NUMBERS: readonly string[] = ["F32", "F64", "I32", "I64"];

const real = (name: "F32" | "F64" | "I32" | "I64", kind: number, cost: number): ProductType => ({
  number: NUMBERS.indexOf(name),
  product: `product${name}`,
  scale: `scale${name}`,
  gemv: kind === 0 && (name === "F32" || name === "F64") ? `gemv${name}` : null,
  kind,
  lanes: 1,
  width: name.endsWith("64") ? 8 : 4,
  narrow: kind > 1,
  cost,
});

const complex = (name: "F32" | "F64", cost: number): ProductType => ({ ...real(name, 1, cost), lanes: 2 });

/** Those that have products; for bool PyTorch has none. */
export const productTypes: ReadonlyMap<DType, ProductType> = new Map<DType, ProductType>([
  [float32, real("F32", 0, 0.04)],
  [float64, real("F64", 0, 0.08)],
  [complex64, complex("F32", 0.16)],
  [complex128, complex("F64", 0.32)],
  [bfloat16, real("F32", 2, 0.05)],
  [float16, real("F32", 3, 0.05)],
  [int8, real("I32", 4, 0.1)],
  [uint8, real("I32", 5, 0.1)],
  [int16, real("I32", 6, 0.1)],
  [int32, real("I32", 0, 0.1)],
  [int64, real("I64", 0, 0.4)],
]);
