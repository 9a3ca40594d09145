/**
 * What the side that queues work tells the side that owns the device: a list of numbers, so that it costs little to make and
 * can be given to a worker. Everything is named by numbers that the queueing side chooses.
 */
export const Command = {
  /** id, bytes */
  CREATE_BUFFER: 0,
  /** id */
  DESTROY_BUFFER: 1,
  /** id, index among the batch's sources, storage bindings, mask of those that are written */
  CREATE_PIPELINE: 2,
  /** id, storage bindings, mask of those that are written, then the buffers' ids */
  CREATE_GROUP: 3,
  /** id */
  DROP_GROUP: 4,
  /** buffer, offset in bytes, index among the batch's uploads */
  WRITE: 5,
  /** source, its offset, target, its offset, bytes */
  COPY: 6,
  /** pipeline, group, offset of the parameters in bytes, workgroups in x, y, z */
  DISPATCH: 7,
} as const;

/** The step between two dispatches' parameters, in bytes. */
export const PARAMS_STEP = 256;
/** Bytes of parameters that a batch may have. */
export const PARAMS_LIMIT: number = 1 << 20;

/** Work for the device, in order. */
export interface Batch {
  readonly commands: Int32Array<ArrayBuffer>;
  /** All dispatches' parameters. */
  readonly params: ArrayBuffer | null;
  /** WGSL of new pipelines, with the labels that the profiler shows. */
  readonly sources: readonly Source[];
  readonly uploads: readonly ArrayBuffer[];
}

export interface Source {
  readonly label: string;
  readonly code: string;
}

/** What to bring to the host once a batch is done. */
export interface ReadRequest {
  readonly buffer: number;
  readonly offset: number;
  /** A multiple of 4. */
  readonly bytes: number;
}

/** What the adapter and the device can do. */
export interface DeviceInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly features: readonly string[];
  readonly limits: {
    readonly maxBufferSize: number;
    readonly maxStorageBufferBindingSize: number;
    readonly maxStorageBuffersPerShaderStage: number;
    readonly maxComputeInvocationsPerWorkgroup: number;
    readonly maxComputeWorkgroupStorageSize: number;
  };
}

/** How to open a device. */
export interface DeviceRequest {
  readonly powerPreference: "low-power" | "high-performance" | null;
  /** Names of Dawn's toggles to switch on; Node only. */
  readonly toggles: readonly string[];
}
