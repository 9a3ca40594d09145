import type { ViteUserConfig } from "vitest/config";

export interface Page {
  readonly name: string;
  /** Test files, as globs from the package's folder. */
  readonly include: string[];
  readonly exclude?: string[];
  /** Served with the headers that allow shared memory. */
  readonly isolated?: boolean;
  /** Chromium's flags, `--disable-gpu` unless given. */
  readonly args?: string[];
  readonly define?: Record<string, string>;
}

/** Flags for WebGPU and WebGL on Chromium's software adapter. */
export declare const WEBGPU: string[];

export declare const browserConfig: (...pages: Page[]) => ViteUserConfig;
