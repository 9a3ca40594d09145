import { compare } from "./compare.ts";

compare().then(
  (wrong) => postMessage({ wrong, isolated: crossOriginIsolated }),
  (error: unknown) => postMessage({ wrong: [String(error)], isolated: crossOriginIsolated }),
);
