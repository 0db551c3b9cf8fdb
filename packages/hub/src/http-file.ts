import { strongTag } from './hub/remote-file.ts';
import { checkRange, type RandomAccessFile } from './random-access.ts';

/**
 * A file on a plain server, read by ranges.
 *
 * @param url - Its address. @param size - Its size. @param etag - Its strong tag, so that a change is noticed.
 */
export function httpFile(url: URL, size: number, etag: string | undefined): RandomAccessFile {
  return {
    size,
    async readInto(target, position) {
      checkRange(position, target.byteLength, size);
      if (target.byteLength === 0) return;
      const end = position + target.byteLength - 1;
      // Not If-Range: hosts let pages of other hosts send Range alone. The tag of the answer tells as much.
      const response = await fetch(url, { headers: { range: `bytes=${position}-${end}` } });
      const tag = strongTag(response.headers.get('etag'));
      const isChanged = etag !== undefined && tag !== undefined && tag !== etag;
      if (response.status !== 206 || isChanged) {
        await response.body?.cancel();
        throw new Error(
          response.status === 200 || isChanged
            ? `read: ${url.href} changed while it was read; open it again`
            : `GET ${url.href}: the server answered ${response.status} ${response.statusText}`,
        );
      }
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (bytes.byteLength !== target.byteLength) {
        throw new Error(`read: ${url.href} sent another range than bytes ${position} to ${end}`);
      }
      target.set(bytes);
    },
    async close() {},
  };
}
