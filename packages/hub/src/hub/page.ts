declare const importScripts: unknown;

/** Whether this runs in a page or its worker, where requests to other hosts obey the rules of CORS. */
export function isPage(): boolean {
  return typeof document !== 'undefined' || typeof importScripts === 'function';
}
