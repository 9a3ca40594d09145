/**
 * What rarer and older programs use, as `@tt/core/compat`: `asarray`, `frombuffer` and former members of tensors. The
 * umbrella has it.
 */
import "./index.ts";
import "./tensor/former.ts";

export * from "./tensor/buffer.ts";
