/**
 * Where data comes from: a path (Node) or an `http:` address, a `URL`, a `File` or `Blob` (a page's file picker),
 * bytes in memory, or a stream, which can be read once only. What is named `….gz` is decompressed.
 */
export type DataSource = string | URL | Blob | Uint8Array | ReadableStream<Uint8Array>;

/** A source that can be read. */
export interface OpenData {
  /** Path, address or file name, for messages and for the format. */
  readonly name: string;
  /** The bytes from the start, in pieces. */
  chunks(): AsyncIterable<Uint8Array>;
  /** All bytes. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Opens a source; nothing is read yet. */
export function openData(source: DataSource): OpenData {
  const opened = openStored(source);
  return /\.gz$/i.test(opened.name.replace(/[?#].*/, '')) ? decompressed(opened) : opened;
}

function openStored(source: DataSource): OpenData {
  if (source instanceof Uint8Array)
    return withBytes('bytes', async function* () {
      yield source;
    });
  if (source instanceof Blob) {
    const name = 'name' in source ? String(source.name) : 'blob';
    return withBytes(name, () => streamChunks(source.stream()));
  }
  if (source instanceof ReadableStream) return openStream(source);
  const text = String(source);
  if (/^https?:/i.test(text)) return withBytes(text, () => fetchChunks(text));
  if (typeof source === 'string' || source.protocol === 'file:') {
    return withBytes(text, () => fileChunks(source));
  }
  throw new TypeError(`data: cannot read ${text}; use a path, or a file: or http: address`);
}

function withBytes(name: string, chunks: () => AsyncIterable<Uint8Array>): OpenData {
  return { name, chunks, bytes: () => join(chunks()) };
}

function openStream(stream: ReadableStream<Uint8Array>): OpenData {
  let used = false;
  return withBytes('stream', () => {
    if (used) {
      throw new Error(
        'data: the stream was read before; for several passes use a file, a Blob or an address, or load it with loadDataset',
      );
    }
    used = true;
    return streamChunks(stream);
  });
}

/** What gzip made smaller. */
function decompressed({ name, chunks }: OpenData): OpenData {
  return withBytes(name, async function* () {
    let unread: unknown;
    const iterator = chunks()[Symbol.asyncIterator]();
    const stored = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        try {
          const { done, value } = await iterator.next();
          if (done) controller.close();
          else controller.enqueue(value as Uint8Array<ArrayBuffer>);
        } catch (error) {
          unread = error;
          controller.error(error);
        }
      },
      cancel: async () => void (await iterator.return?.()),
    });
    try {
      yield* streamChunks(stored.pipeThrough(new DecompressionStream('gzip')));
    } catch (error) {
      if (unread !== undefined) throw unread;
      const reason = (error as Error).message;
      throw new Error(`data: ${name} is no whole gzip file: ${reason}`, { cause: error });
    }
  });
}

async function* fileChunks(path: string | URL): AsyncGenerator<Uint8Array> {
  const { createReadStream } = await import('node:fs');
  yield* createReadStream(path, { highWaterMark: 1 << 18 });
}

async function* fetchChunks(address: string): AsyncGenerator<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok || !response.body) {
    throw new Error(`data: ${address} answered ${response.status} ${response.statusText}`);
  }
  yield* streamChunks(response.body);
}

/** A stream's chunks; not every browser can iterate over one. */
async function* streamChunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function join(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  const bytes = new Uint8Array(list.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of list) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
