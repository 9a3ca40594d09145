export { gemm } from "./gemm.ts";
export { addmm, bmm, mm } from "./mm.ts";
