/**
 * What rarer and older programs use, as `@tt/core/compat`: `asarray`, `frombuffer` and former members of tensors. The
 * umbrella has it. Importing it also makes the device `meta`, of tensors without elements.
 */
import "./index.ts";
import "./meta/backend.ts";
import "./tensor/former.ts";

export * from "./tensor/buffer.ts";
