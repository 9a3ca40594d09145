export { gemm, gemmImage, gemmImageT, gemmScratch } from "./gemm";
export { copyBlock, fillRows, foldColumns } from "./fold";
