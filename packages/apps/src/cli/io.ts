/** Where a command reads and writes: a process, or a test. */
export interface Io {
  /** Results go here, and nothing else. */
  readonly out: OutputStream;
  /** Progress and errors. */
  readonly err: OutputStream;
  /** What is piped in; undefined at a terminal. */
  readonly piped: AsyncIterable<Uint8Array | string> | undefined;
  /** Stops what is under way. */
  readonly signal: AbortSignal;
  /** Asks a person for a line; undefined at the end of input. */
  ask(prompt: string): Promise<string | undefined>;
}

/** A stream that text is written to. */
interface OutputStream {
  /** Whether it is a terminal. */
  readonly isTTY?: boolean;
  /** Writes text at the end. */
  write(text: string): unknown;
}

/** All that is piped in, as text. */
export async function readPiped(io: Io): Promise<string | undefined> {
  if (!io.piped) return undefined;
  const decoder = new TextDecoder('utf-8');
  let text = '';
  for await (const chunk of io.piped) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The texts of a command: its arguments, or else the lines that are piped in. */
export async function readInputTexts(io: Io, given: readonly string[]): Promise<string[]> {
  if (given.length > 0) return [...given];
  const piped = await readPiped(io);
  return (piped ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** Writes a value as JSON. */
export function writeJson(io: Io, value: unknown): void {
  io.out.write(`${JSON.stringify(value, null, 2)}\n`);
}
