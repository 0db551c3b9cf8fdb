/** What can be called in place of its `forward`, as a module of PyTorch: `layer(x)` is `layer.forward(x)`. */
export interface Callable {
  /** Calls `forward`. */
  // biome-ignore lint/style/useShorthandFunctionType: `this` is the type of the class that it is merged with.
  (...inputs: Parameters<this['forward']>): ReturnType<this['forward']>;
}

/**
 * The part of a module that makes it a function. The constructor returns a function of its own with the class's
 * prototype, so everything after it (fields, `#private` ones too, `instanceof`, methods) is a class's as usual; a
 * `Proxy` would have no `#private` fields and costs a trap for each property.
 *
 * The functions of `Function.prototype` (`bind`, `call`) are not there: their names belong to modules. A function's own
 * `name` and `length` stay, since deleting them makes every module slow; a field declared under these names takes their
 * place.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare a call; the constructor makes it.
export abstract class Callable {
  constructor() {
    const call = (...inputs: readonly unknown[]): unknown => module.forward(...(inputs as never[]));
    const module = Object.setPrototypeOf(call, new.target.prototype) as Callable;
    // biome-ignore lint/correctness/noConstructorReturn: the returned function is the object.
    return module;
  }

  /** The function. */
  abstract forward(...inputs: never[]): unknown;
}
