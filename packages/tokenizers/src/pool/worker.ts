/**
 * What runs in each worker of a pool, in Node and in browsers: reads a tokenizer.json, then encodes
 * what it is sent.
 *
 * @module
 */
import { readTokenizerJson } from '../read-tokenizer-json.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { buffersOf, packEncodings } from './pack.ts';

/** What Node's `parentPort` and a browser's `self` have in common. */
interface Port {
  postMessage(message: FromWorker, transfer?: ArrayBuffer[]): void;
}

const { process } = globalThis as { process?: NodeJS.Process };
const parentPort = process?.versions?.node
  ? process.getBuiltinModule?.('node:worker_threads')?.parentPort
  : undefined;
const port: Port = parentPort ?? (globalThis as unknown as Port);
let tokenizer: Tokenizer | undefined;

function answer(message: ToWorker): void {
  try {
    if ('file' in message) {
      tokenizer = readTokenizerJson(message.file);
      port.postMessage({ ready: true });
      return;
    }
    const { id, inputs, pairs, options } = message;
    const encodings = inputs.map((input, i) => tokenizer!.encode(input, pairs?.[i], options));
    const packed = packEncodings(encodings);
    port.postMessage({ id, packed }, buffersOf(packed));
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { name, message: text } = error;
    const id = 'id' in message ? message.id : undefined;
    port.postMessage({ id, error: { name, message: text } });
  }
}

if (parentPort) parentPort.on('message', answer);
else globalThis.onmessage = (event: MessageEvent<ToWorker>) => answer(event.data);
