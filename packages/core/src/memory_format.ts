/** In which order the elements of a tensor lie in memory. */
export type MemoryFormat = "contiguous_format" | "preserve_format" | "channels_last" | "channels_last_3d";

export const contiguous_format = "contiguous_format";
export const legacy_contiguous_format = "contiguous_format";
export const preserve_format = "preserve_format";
export const channels_last = "channels_last";
export const channels_last_3d = "channels_last_3d";
