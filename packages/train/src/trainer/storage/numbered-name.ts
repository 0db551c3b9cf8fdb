/** `NAME.EXTENSION`, and from the second one on `NAME-COUNT.EXTENSION`. */
export function numberedName(name: string, count: number, extension: string): string {
  return `${count === 1 ? name : `${name}-${count}`}.${extension}`;
}
