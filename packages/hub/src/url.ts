import { checkFileName } from './file-name.ts';
import { MissingFileError, type ModelSource } from './source.ts';

/**
 * A source over plain HTTP: `name` is fetched from `base/name`. It cannot list its files.
 *
 * @param base - `http:` or `https:` URL of the folder, with or without the closing slash.
 * @throws Error if the scheme is another one.
 */
export function openUrl(base: string | URL): ModelSource {
  const root = new URL(base);
  if (root.protocol !== 'http:' && root.protocol !== 'https:') {
    throw new Error(
      `openUrl: got the scheme ${JSON.stringify(root.protocol)} in ${root.href}, wants http: or https:`,
    );
  }
  if (!root.pathname.endsWith('/')) root.pathname += '/';
  const location = root.href;

  function address(name: string): URL {
    const url = new URL(root);
    url.pathname += checkFileName(name).split('/').map(encodeURIComponent).join('/');
    return url;
  }

  /** A response of status 200, or undefined where the server says there is no such file. */
  async function request(name: string, method: 'GET' | 'HEAD'): Promise<Response | undefined> {
    const url = address(name);
    const response = await fetch(url, { method });
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return undefined;
    throw new Error(
      `${method} ${url.href}: the server answered ${response.status} ${response.statusText}`,
    );
  }

  return {
    location,
    async read(name) {
      const response = await request(name, 'GET');
      if (response === undefined) throw new MissingFileError(name, location);
      return new Uint8Array(await response.arrayBuffer());
    },
    has: async (name) => (await request(name, 'HEAD')) !== undefined,
  };
}
