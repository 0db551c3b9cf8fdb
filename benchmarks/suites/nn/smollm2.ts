/**
 * SmolLM2-135M (30 layers of width 576, 49,152 tokens) in Q4_1 on the CPU, beside llama.cpp on the same file. Both
 * go on from the same prompts with the likeliest tokens.
 *
 * @module
 */
import { AutoModelForCausalLM, type CausalLM } from '@llm/nn';
import { makeSession, type Session } from '../../../packages/nn/src/generation/session.ts';
import { installWeights, smollm2 } from '../../../tools/pretrained/weights.ts';
import { limitRow } from '../../harness/bound.ts';
import { type Case, type CaseContext, type Contender, Unavailable } from '../../harness/case.ts';
import { watchLoad } from '../../harness/load.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { median } from '../../harness/statistics.ts';
import { OUR_THREADS, ourVersion, useWasm } from '../../ours/device.ts';
import { LLAMA_CPP, openLlamaCpp, type Timed } from '../../peers/llama-cpp.ts';
import { promptOf } from './smollm2-prompt.ts';

/** New tokens of a run; the first comes with the prompt. */
const TOKENS = 17;
const FLAT = 'smollm2-flat';
const POSITIONS = [64, 256, 1000, 2000] as const;
/** A late token, its attention left out, may take this much longer than the earliest one. */
const SLOWER = 1.1;
/** Rounds of tokens at each position. */
const FLAT_ROUNDS = 5;
/** Any token: the time is that of all others. */
const TOKEN = Int32Array.of(1000);

/** Decoding, taking a prompt in, and decoding at later positions. */
export const smollm2Cases: readonly Case[] = [
  beside('smollm2-decode', 64, 'each new token', 0.5),
  beside('smollm2-prefill-512', 512, 'prompt', 0.4),
  { name: FLAT, run: runFlat },
];

/** @param bar the least ratio to llama.cpp's time; undefined: for information */
function beside(name: string, length: number, timed: Timed, bar?: number): Case {
  const prompt = promptOf(length);
  const tokens = timed === 'prompt' ? 1 : TOKENS;
  return sideBySide({
    name,
    // llama.cpp rounds the inputs of its products to 8 bits, so only the tokens can be equal.
    tolerance: 0,
    ours: () => openOurs(prompt, tokens, timed),
    peers: [
      {
        name: LLAMA_CPP,
        open: () => openLlamaCpp(prompt, tokens, timed, OUR_THREADS),
        ...(bar !== undefined && { bar }),
      },
    ],
  });
}

async function loadModel(): Promise<CausalLM> {
  useWasm();
  try {
    installWeights();
  } catch (error) {
    throw new Unavailable('absent', (error as Error).message);
  }
  return AutoModelForCausalLM.from_pretrained(smollm2.folder, { gguf_file: smollm2.file });
}

/** A session for one prompt and the tokens that follow it. */
const sessionFor = (model: CausalLM, promptLength: number, capacity: number): Session =>
  makeSession(model, { prompts: 1, copies: 1, promptLength, capacity });

/** Takes the prompt in; the likeliest token after it. */
async function begin(session: Session, prompt: readonly number[]): Promise<number> {
  const mask = new Uint8Array(prompt.length).fill(1);
  return choice(await session.begin({ ids: Int32Array.from(prompt), mask, start: [] }));
}

async function choice({ chosen, logits }: Awaited<ReturnType<Session['next']>>): Promise<number> {
  const [token] = await chosen.data();
  chosen.dispose();
  logits.dispose();
  return token!;
}

async function openOurs(
  prompt: readonly number[],
  tokens: number,
  timed: Timed,
): Promise<Contender> {
  const model = await loadModel();
  const session = sessionFor(model, prompt.length, prompt.length + tokens);
  let generated: number[] = [];
  return {
    name: 'ours',
    version: ourVersion(),
    threads: OUR_THREADS,
    async prepare() {
      if (timed === 'each new token') generated = [await begin(session, prompt)];
    },
    async run() {
      const start = performance.now();
      if (timed === 'prompt') {
        generated = [await begin(session, prompt)];
        return performance.now() - start;
      }
      while (generated.length < tokens) {
        generated.push(await choice(await session.next(Int32Array.of(generated.at(-1)!))));
      }
      return (performance.now() - start) / (tokens - 1);
    },
    result: async () => generated,
    async close() {
      session.dispose();
      for (const parameter of model.parameters()) parameter.dispose();
    },
  };
}

/**
 * One plan at several positions of one cache: what the positions before hold does not matter for the time. Of a later
 * position all but the attention may not take longer than of the first.
 */
async function runFlat(context: CaseContext) {
  const model = await loadModel();
  const session = sessionFor(model, POSITIONS[0], POSITIONS.at(-1)! + TOKENS);
  try {
    await begin(session, promptOf(POSITIONS[0]));
    const loadSince = watchLoad();
    const times = POSITIONS.map((): number[] => []);
    const attention = POSITIONS.map((): number[] => []);
    for (let round = 0; round <= FLAT_ROUNDS; round += 1) {
      for (const [index, position] of POSITIONS.entries()) {
        const measured = await timeTokens(session, position);
        if (round === 0) continue; // warms up
        times[index]!.push(measured.milliseconds);
        attention[index]!.push(measured.attention);
      }
      context.log(`${FLAT}: round ${round}/${FLAT_ROUNDS}`);
    }
    const load = loadSince();
    const first = median(times[0]!) - median(attention[0]!);
    return POSITIONS.map((position, index) => {
      const share = median(attention[index]!) / median(times[index]!);
      return limitRow(context, {
        name: `${FLAT}: position ${position}`,
        unit: 'ms',
        values: times[index]!,
        against: `its attention and ${SLOWER} × the rest at ${POSITIONS[0]}`,
        limit: median(attention[index]!) + SLOWER * first,
        threads: OUR_THREADS,
        load,
        note: `attention ${(100 * share).toFixed(0)} %`,
      });
    });
  } finally {
    session.dispose();
    for (const parameter of model.parameters()) parameter.dispose();
  }
}

/**
 * Milliseconds of a token from a position on, and of the attention in it: all between the projections, the cache
 * included.
 */
async function timeTokens(session: Session, position: number) {
  session.position = position;
  const start = performance.now();
  for (let token = 1; token < TOKENS; token += 1) await choice(await session.next(TOKEN));
  const milliseconds = (performance.now() - start) / (TOKENS - 1);
  const { kernels } = await session.profile(TOKEN);
  return {
    milliseconds,
    attention: kernels
      .filter(({ scope }) => scope.endsWith('.self_attn'))
      .reduce((sum, kernel) => sum + kernel.milliseconds, 0),
  };
}
