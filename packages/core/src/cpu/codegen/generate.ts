/** Whether code may be made at run time; a Content-Security-Policy without 'unsafe-eval' forbids it. */
export const canGenerate: boolean = (() => {
  try {
    return (new Function("return true") as () => boolean)();
  } catch {
    return false;
  }
})();

/** Collects what a generated function refers to, and makes the function. */
export class FunctionBuilder {
  private readonly names: string[] = [];
  private readonly values: object[] = [];

  /** Makes `value` visible to the code and returns its name there. */
  readonly helper = (value: object): string => {
    let index = this.values.indexOf(value);
    if (index < 0) {
      index = this.values.push(value) - 1;
      this.names.push(`h${index}`);
    }
    return this.names[index]!;
  };

  build(parameters: readonly string[], body: string): unknown {
    const source = `"use strict"; return function (${parameters.join(", ")}) {\n${body}\n};`;
    return new Function(...this.names, source)(...this.values);
  }
}
