import { checkFileName } from './file-name.ts';
import { httpFile } from './http-file.ts';
import { strongTag } from './hub/remote-file.ts';
import { bytesFile } from './random-access.ts';
import { MissingFileError, type ModelSource } from './source.ts';

/**
 * A source over plain HTTP: `name` is fetched from `base/name`, in ranges where the server knows them. It cannot list
 * its files, and keeps nothing.
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
    const response = await fetch(url, { method }).catch((cause: unknown) => {
      // All that a page is told is that it failed.
      throw new Error(
        `${method} ${url.href}: no answer (${cause instanceof Error ? cause.message : cause}); check the address and the network, and for a page that the server lets other hosts read (Access-Control-Allow-Origin)`,
        { cause },
      );
    });
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return undefined;
    throw new Error(
      `${method} ${url.href}: the server answered ${response.status} ${response.statusText}`,
    );
  }

  async function read(name: string): Promise<Uint8Array> {
    const response = await request(name, 'GET');
    if (response === undefined) throw new MissingFileError(name, location);
    return new Uint8Array(await response.arrayBuffer());
  }

  return {
    location,
    read,
    async open(name) {
      const response = await request(name, 'HEAD');
      if (response === undefined) throw new MissingFileError(name, location);
      const { headers } = response;
      const size = Number(headers.get('content-length') ?? Number.NaN);
      const isPlain = headers.get('content-encoding') === null;
      if (headers.get('accept-ranges') !== 'bytes' || !isPlain || !Number.isSafeInteger(size)) {
        return bytesFile(await read(name));
      }
      return httpFile(address(name), size, strongTag(headers.get('etag')));
    },
    has: async (name) => (await request(name, 'HEAD')) !== undefined,
  };
}
