import { useState } from 'preact/hooks';
import { InspectForm } from '../inspect/inspect-form.tsx';
import type { InspectEvent } from '../inspect/load-model.ts';
import { TokenStrip } from '../inspect/token-strip.tsx';
import { parseReference } from '../models/reference.ts';
import { Progress } from '../run/progress.tsx';
import { CopyButtons } from '../shared/copy-buttons.tsx';
import { Facts } from '../shared/facts.tsx';
import { ProblemBox } from '../shared/problem-box.tsx';
import { useRunning } from '../shared/use-running.ts';
import type { TabProps } from '../shell/tabs.ts';
import type { ScoredText, ScoredToken } from './operations.ts';
import { programOf } from './program.ts';
import { TokenDetails } from './token-details.tsx';
import './probabilities.css';

const suggestions = [
  'HuggingFaceTB/SmolLM2-135M-Instruct',
  'openai-community/gpt2',
  'google-bert/bert-base-uncased',
];
const usualText = 'The capital of France is Paris. The capital of Italy is Madrid.';
/** −ln(probability) that is shaded the most: one chance in about 3000. */
const mostSurprise = 8;

/** How much a model expected each token of a text, and what it expected instead. */
export function ProbabilityTab({ engine, device, parameters, change, announce }: TabProps) {
  const { model = suggestions[0]!, text = usualText } = parameters;
  const [scored, setScored] = useState<ScoredText>();
  const [event, setEvent] = useState<InspectEvent>();
  const [chosen, setChosen] = useState<number>();
  const { isRunning, error, start, cancel } = useRunning();

  const run = () =>
    start(async (signal) => {
      setScored(undefined);
      setEvent(undefined);
      const input = { model: parseReference(model), device, text };
      const result = await engine.call('probabilities/score', input, { signal, onEvent: setEvent });
      setScored(result);
      setChosen(leastExpected(result.tokens));
      announce(`Perplexity ${result.perplexity.toFixed(1)}.`);
    });
  const token = chosen === undefined ? undefined : scored?.tokens[chosen];

  return (
    <div class="columns">
      <InspectForm
        model={model}
        suggestions={suggestions}
        text={text}
        change={change}
        isRunning={isRunning}
        verb="Score"
        start={run}
        cancel={cancel}
      />
      <section class="card" aria-label="Result" aria-busy={isRunning}>
        {isRunning && <Progress event={event} />}
        {error !== undefined && <ProblemBox error={error} />}
        {scored && (
          <>
            <TextFacts scored={scored} />
            <div class="surprise">
              <TokenStrip
                name="Tokens of the text"
                tokens={scored.tokens.map((each) => ({
                  text: each.text,
                  label: labelOf(each),
                  shade: each.score ? Math.min(1, -each.score.logProbability / mostSurprise) : 0,
                }))}
                chosen={chosen}
                choose={setChosen}
              />
            </div>
            <p class="note">
              The stronger the colour, the less the token was expected
              {scored.kind === 'causal' ? ' after those before it.' : ' between all the others.'}
            </p>
            {token && <TokenDetails token={token} />}
          </>
        )}
        {!isRunning && !scored && error === undefined && (
          <p class="note">
            Each token is coloured by how much the model expected it. Models that continue texts
            judge by what stands before; models that fill in masks by all other tokens.
          </p>
        )}
        <CopyButtons program={() => programOf({ model, text, device, kind: scored?.kind })} />
      </section>
    </div>
  );
}

function TextFacts({ scored }: { readonly scored: ScoredText }) {
  const { kind, tokens, perplexity, isCut } = scored;
  const known = tokens.flatMap(({ score }) => (score ? [score] : []));
  const entropy = known.reduce((sum, each) => sum + each.entropy, 0) / known.length;
  const rows: [string, string][] = [
    [kind === 'causal' ? 'Perplexity' : 'Pseudo-perplexity', number(perplexity)],
    ['Bits per token', number(Math.log2(perplexity))],
    ['Mean entropy', `${number(entropy)} bits`],
    ['Tokens', isCut ? `${tokens.length} (the text is cut)` : String(tokens.length)],
  ];
  return <Facts label="The text as a whole" rows={rows} />;
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function labelOf({ text, score }: ScoredToken): string {
  if (!score) return `${text}: not predicted`;
  return `${text}: ${(100 * score.probability).toPrecision(2)} %, place ${score.rank}`;
}

function leastExpected(tokens: readonly ScoredToken[]): number {
  let found = 0;
  let lowest = Number.POSITIVE_INFINITY;
  tokens.forEach(({ score }, position) => {
    if (!score || score.logProbability >= lowest) return;
    lowest = score.logProbability;
    found = position;
  });
  return found;
}
