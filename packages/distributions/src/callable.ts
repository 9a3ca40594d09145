/** A class whose instances are functions: `new.target.prototype` is put under an arrow function. */
// oxlint-disable-next-line typescript/no-extraneous-class
export abstract class Callable {
  constructor() {
    // oxlint-disable-next-line typescript/no-this-alias
    const self = (...args: unknown[]): unknown =>
      (self as unknown as { call_(...args: unknown[]): unknown }).call_(...args);
    // A function's own `name` and `length` are read-only and would get in the way of attributes.
    delete (self as { name?: string }).name;
    delete (self as { length?: number }).length;
    // oxlint-disable-next-line no-constructor-return
    return Object.setPrototypeOf(self, new.target.prototype) as this;
  }
}
