/** The part of the browser's `Cache` that is used; keys are URLs. */
export interface CacheStore {
  /** The response stored under a URL. */
  match(url: string): Promise<Response | undefined>;
  /** Stores a response. */
  put(url: string, response: Response): Promise<void>;
  /** Removes a response; true if there was one. */
  delete(url: string): Promise<boolean>;
  /** What is stored, as requests. */
  keys(): Promise<readonly { readonly url: string }[]>;
}

/** A store that lives as long as the program: where a page has no `caches` (not a secure context). */
export function memoryStore(): CacheStore {
  const bodies = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    async match(url) {
      const body = bodies.get(url);
      return body && new Response(body);
    },
    async put(url, response) {
      bodies.set(url, new Uint8Array(await response.arrayBuffer()));
    },
    delete: async (url) => bodies.delete(url),
    keys: async () => Array.from(bodies.keys(), (url) => ({ url })),
  };
}
