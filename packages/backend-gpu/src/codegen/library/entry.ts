/** A function in WGSL, and those it needs. */
export interface Entry {
  readonly code: string;
  readonly needs: readonly string[];
}

export type Entries = Readonly<Record<string, Entry>>;

export function entry(code: string, ...needs: string[]): Entry {
  return { code: code.trim(), needs };
}
