import type { Allocation } from './memory.ts';

/** Bytes that are handed to the driver at once when much is uploaded, since it stages them all. */
const chunk = 64 * 2 ** 20;

/** Writes bytes into a buffer from `offset`, a multiple of 4; the last word is filled up with zeros. */
export function upload(
  queue: GPUQueue,
  { buffer }: Allocation,
  data: Uint8Array,
  offset: number,
): void {
  const whole = (data.length % 4 === 0 ? data : padded(data)) as Uint8Array<ArrayBuffer>;
  for (let at = 0; at < whole.length; at += chunk) {
    const length = Math.min(chunk, whole.length - at);
    // Offsets into a Uint8Array count elements, which are bytes.
    queue.writeBuffer(buffer, offset + at, whole, at, length);
  }
}

function padded(data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(data.length / 4) * 4);
  whole.set(data);
  return whole;
}
