import { formatSeconds } from '../shared/units.ts';
import { LossChart } from './loss-chart.tsx';
import type { Phase, Progress } from './use-training.ts';

interface TrainingProgressProps {
  readonly phase: Phase;
  readonly progress: Progress;
  stop(how: 'pause' | 'finish'): void;
}

/** How far a training is: numbers, the loss, and what the model makes of a few sentences. */
export function TrainingProgress({ phase, progress, stop }: TrainingProgressProps) {
  const { losses, steps, parameters, pairs, samples, sampleStep, areHeldOut } = progress;
  return (
    <>
      <progress max={Math.max(1, steps)} value={losses.length} aria-label="Steps done" />
      <dl class="training-numbers" aria-label="How far it is">
        {numbersOf(phase, progress).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {phase === 'training' && (
        <div class="button-row">
          <button type="button" onClick={() => stop('pause')}>
            Pause
          </button>
          <button type="button" onClick={() => stop('finish')}>
            Stop and save
          </button>
        </div>
      )}
      <LossChart losses={losses} steps={steps} />
      {steps > 0 && (
        <p class="note">
          Training loss of a Transformer with {parameters.toLocaleString('en')} parameters on{' '}
          {pairs.toLocaleString('en')} pairs.
        </p>
      )}
      {samples.length > 0 && (
        <table class="samples">
          <caption>
            After step {sampleStep}, of sentences that are {areHeldOut ? 'not ' : ''}in the training
          </caption>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Translation</th>
              <th scope="col">By a person</th>
            </tr>
          </thead>
          <tbody>
            {samples.map(({ source, translation, reference }) => (
              <tr key={source}>
                <td>{source}</td>
                <td class={translation === reference ? 'right' : ''}>
                  {translation || '(nothing)'}
                </td>
                <td>{reference}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function numbersOf(phase: Phase, progress: Progress): [name: string, value: string][] {
  const { losses, steps, tokensPerSecond, remainingSeconds } = progress;
  const recent = losses.slice(-20);
  const loss = recent.reduce((sum, value) => sum + value, 0) / recent.length;
  const isMoving = phase === 'training' && tokensPerSecond > 0;
  return [
    ['Step', `${losses.length} of ${steps}`],
    ['Loss', losses.length > 0 ? loss.toFixed(2) : '…'],
    ['Speed', isMoving ? `${Math.round(tokensPerSecond).toLocaleString('en')} tokens/s` : '–'],
    ['Time left', isMoving ? formatSeconds(remainingSeconds) : leftWithoutSpeed[phase]],
  ];
}

const leftWithoutSpeed: Readonly<Record<Phase, string>> = {
  idle: '–',
  preparing: '…',
  training: '…',
  stopping: 'stopping …',
  saving: 'scoring and saving …',
};
