/**
 * A text that is equal for structurally equal values, and for no others: it keeps apart what JSON confuses (NaN,
 * ±∞, −0, undefined). Functions and objects of classes are what they are, whatever is in them; a class whose
 * objects can be compared has `toJSON`.
 */
export function structuralKey(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'string':
      return JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : keyOfObject(value);
    case 'function':
      return identityOf(value);
    case 'bigint':
      return `${value}n`;
    default:
      return String(value);
  }
}

function keyOfObject(value: object): string {
  if (Array.isArray(value)) {
    let key = '[';
    for (const part of value) key += `${structuralKey(part)},`;
    return `${key}]`;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return structuralKey(value.toJSON());
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return `${value.constructor.name}(${(value as Uint8Array).join()})`;
  }
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) return identityOf(value);
  let key = '{';
  for (const [name, part] of Object.entries(value)) {
    key += `${JSON.stringify(name)}:${structuralKey(part)},`;
  }
  return `${key}}`;
}

/** Stands for an operation in keys: its name, and for one of `defineOp` also which of that name it is. */
export function operationKey(op: {
  readonly name: string;
  readonly userDefined?: unknown;
}): string {
  return op.userDefined ? `${op.name}${identityOf(op)}` : op.name;
}

const identities = new WeakMap<object, number>();
let count = 0;

function identityOf(value: object): string {
  let identity = identities.get(value);
  if (identity === undefined) {
    identity = ++count;
    identities.set(value, identity);
  }
  return `#${identity}`;
}
