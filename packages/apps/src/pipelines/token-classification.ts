import type { TokenClassification } from '@llm/nn';
import type { Encoding, PreTrainedTokenizer } from '@llm/tokenizers';
import { BatchRunner } from './batch-runner.ts';
import { longestInput } from './encode.ts';
import { WrongInputError } from './errors.ts';
import {
  callable,
  checkCall,
  checkCount,
  type PipelineBase,
  type PipelineParts,
  readTexts,
} from './parts.ts';
import { argmax, labelOf, softmax } from './scores.ts';

const task = 'token-classification';

/** How tokens become entities: not at all, by equal labels, or word by word with one label each. */
export type AggregationStrategy = 'none' | 'simple' | 'first' | 'average' | 'max';

const strategies = ['none', 'simple', 'first', 'average', 'max'];

/** A token and its class, where nothing is aggregated. */
export interface TokenEntity {
  readonly entity: string;
  readonly score: number;
  /** Its place among the text's tokens, special ones included. */
  readonly index: number;
  readonly word: string;
  /** Where it stands in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Neighbouring tokens of one class. */
export interface EntityGroup {
  readonly entity_group: string;
  readonly score: number;
  readonly word: string;
  /** Where it stands in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Options of a call. */
export interface TokenClassificationOptions {
  /** Default `'none'`. */
  readonly aggregation_strategy?: AggregationStrategy;
  /** Classes left out. Default `['O']`. */
  readonly ignore_labels?: readonly string[];
  /** Tokens that windows of a text too long for the model share. Default: the text is cut. */
  readonly stride?: number;
  /** Windows run side by side. Default 8. */
  readonly batch_size?: number;
}

/** Finds names and other spans. */
export interface TokenClassificationPipeline extends PipelineBase<TokenClassification> {
  /** The tokens of one text that have a class. */
  (
    text: string,
    options?: TokenClassificationOptions & { aggregation_strategy?: 'none' },
  ): Promise<TokenEntity[]>;
  /** The tokens of each text that have a class. */
  (
    texts: readonly string[],
    options?: TokenClassificationOptions & { aggregation_strategy?: 'none' },
  ): Promise<TokenEntity[][]>;
  /** The entities of one text. */
  (text: string, options: TokenClassificationOptions): Promise<EntityGroup[]>;
  /** The entities of each text. */
  (texts: readonly string[], options: TokenClassificationOptions): Promise<EntityGroup[][]>;
}

interface Piece {
  readonly word: string;
  readonly scores: Float64Array;
  readonly start: number;
  readonly end: number;
  readonly index: number;
  readonly continues: boolean;
}

interface Labelled {
  readonly label: string;
  readonly score: number;
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Makes the pipeline; its entities are those of transformers' `TokenClassificationPipeline`. */
export function tokenClassification(
  parts: PipelineParts<TokenClassification>,
): TokenClassificationPipeline {
  const { model, tokenizer } = parts;
  const runner = new BatchRunner(model, tokenizer, ({ logits }) => [logits]);
  const call = async (
    input: string | readonly string[],
    options: TokenClassificationOptions = {},
  ) => {
    checkCall(task, options, ['aggregation_strategy', 'ignore_labels', 'stride', 'batch_size']);
    const { aggregation_strategy = 'none', ignore_labels = ['O'], stride, batch_size } = options;
    checkCount(task, 'batch_size', batch_size);
    checkCount(task, 'stride', stride, 0);
    if (!strategies.includes(aggregation_strategy)) {
      throw new WrongInputError(
        `${task}: aggregation_strategy wants one of ${strategies.join(', ')}: got ${JSON.stringify(aggregation_strategy)}`,
      );
    }
    if (stride !== undefined && aggregation_strategy === 'none') {
      throw new WrongInputError(`${task}: stride wants an aggregation_strategy other than 'none'`);
    }
    const { texts, single } = readTexts(task, input);
    const windows = texts.map((text) => windowsOf(parts, text, stride));
    const rows = await runner.run(windows.flat(), batch_size);
    let next = 0;
    const found = texts.map((text, i) => {
      const entities = windows[i]!.flatMap((encoding) => {
        const logits = rows[next++]![0]!;
        const pieces = piecesOf(text, encoding, logits.values, logits.shape[1]!, tokenizer);
        return entitiesOf(pieces, aggregation_strategy, model, tokenizer);
      }).filter(
        (entity) =>
          !ignore_labels.includes('entity' in entity ? entity.entity : entity.entity_group),
      );
      return windows[i]!.length > 1 ? withoutOverlaps(entities as EntityGroup[]) : entities;
    });
    return single ? found[0]! : found;
  };
  return callable(call, {
    ...parts,
    task,
    dispose: () => runner.dispose(),
  }) as TokenClassificationPipeline;
}

function windowsOf(
  { model, tokenizer }: PipelineParts,
  text: string,
  stride: number | undefined,
): Encoding[] {
  const max_length = longestInput(model, tokenizer);
  const encoding = tokenizer.encode_plus(text, {
    ...(max_length !== undefined && { truncation: true, max_length }),
    ...(stride !== undefined && { stride }),
  });
  if (encoding.length === 0) return [];
  return stride === undefined ? [encoding] : [encoding, ...encoding.overflowing];
}

/** Tokens of the text with the shares of their classes. */
function piecesOf(
  text: string,
  encoding: Encoding,
  logits: Float32Array,
  classes: number,
  tokenizer: PreTrainedTokenizer,
): Piece[] {
  const { tokens, offsets, ids, special_tokens_mask } = encoding;
  // A vocabulary that marks tokens inside words tells words apart; else spaces do.
  const marks = continuingPrefix(tokenizer) !== undefined;
  return tokens.flatMap((token, index) => {
    if (special_tokens_mask[index]) return [];
    const [start, end] = offsets[index]!;
    const surface = text.slice(start, end);
    const unknown = ids[index] === tokenizer.unk_token_id;
    const inside = marks
      ? token.length !== surface.length
      : start > 0 && !text.slice(start - 1, start + 1).includes(' ');
    return [
      {
        word: unknown ? surface : token,
        scores: softmax(logits.subarray(index * classes, (index + 1) * classes)),
        start,
        end,
        index,
        continues: inside && !unknown,
      },
    ];
  });
}

function continuingPrefix(tokenizer: PreTrainedTokenizer): string | undefined {
  const json = tokenizer.backend.parts.model.toJson() as {
    continuing_subword_prefix?: string | null;
  };
  return json.continuing_subword_prefix || undefined;
}

function entitiesOf(
  pieces: readonly Piece[],
  strategy: AggregationStrategy,
  model: TokenClassification,
  tokenizer: PreTrainedTokenizer,
): (TokenEntity | EntityGroup)[] {
  const labelled = (piece: Pick<Piece, 'scores' | 'word' | 'start' | 'end'>): Labelled => {
    const id = argmax(piece.scores);
    const { word, start, end } = piece;
    return { label: labelOf(model.config, id), score: piece.scores[id]!, word, start, end };
  };
  if (strategy === 'none') {
    return pieces.map((piece) => {
      const { label, ...rest } = labelled(piece);
      return { entity: label, index: piece.index, ...rest };
    });
  }
  const join = (words: readonly string[]) => tokensToText(tokenizer, words);
  const units =
    strategy === 'simple'
      ? pieces.map(labelled)
      : wordsOf(pieces).map((word) =>
          labelled({
            scores: scoresOfWord(word, strategy),
            word: join(word.map((piece) => piece.word)),
            start: word[0]!.start,
            end: word[word.length - 1]!.end,
          }),
        );
  return groupsOf(units).map((group) => ({
    entity_group: group[0]!.label.replace(/^[^-]*-/, ''),
    score: mean(group.map(({ score }) => score)),
    word: join(group.map(({ word }) => word)),
    start: group[0]!.start,
    end: group[group.length - 1]!.end,
  }));
}

function wordsOf(pieces: readonly Piece[]): Piece[][] {
  const words: Piece[][] = [];
  for (const piece of pieces) {
    if (piece.continues && words.length > 0) words[words.length - 1]!.push(piece);
    else words.push([piece]);
  }
  return words;
}

function scoresOfWord(word: readonly Piece[], strategy: AggregationStrategy): Float64Array {
  if (strategy === 'first') return word[0]!.scores;
  if (strategy === 'max') {
    const best = (piece: Piece) => Math.max(...piece.scores);
    return word.reduce((a, b) => (best(b) > best(a) ? b : a)).scores;
  }
  return word[0]!.scores.map((_, id) => mean(word.map(({ scores }) => scores[id]!)));
}

/** Neighbours of one class; a class that begins (`B-`) begins a group. */
function groupsOf(units: readonly Labelled[]): Labelled[][] {
  const groups: Labelled[][] = [];
  for (const unit of units) {
    const last = groups[groups.length - 1];
    const continues =
      last && !unit.label.startsWith('B-') && tagOf(unit) === tagOf(last[last.length - 1]!);
    if (continues) last.push(unit);
    else groups.push([unit]);
  }
  return groups;
}

function tagOf({ label }: Labelled): string {
  return /^[BI]-/.test(label) ? label.slice(2) : label;
}

/** Of entities of two windows that overlap, the longer; of equally long ones, the surer. */
function withoutOverlaps(entities: readonly EntityGroup[]): EntityGroup[] {
  const kept: EntityGroup[] = [];
  for (const entity of [...entities].sort((a, b) => a.start - b.start)) {
    const last = kept[kept.length - 1];
    if (!last || entity.start >= last.end) {
      kept.push(entity);
      continue;
    }
    const longer = entity.end - entity.start - (last.end - last.start);
    if (longer > 0 || (longer === 0 && entity.score > last.score)) kept[kept.length - 1] = entity;
  }
  return kept;
}

/** Python's `convert_tokens_to_string`. */
function tokensToText(tokenizer: PreTrainedTokenizer, tokens: readonly string[]): string {
  const { decoder } = tokenizer.backend.parts;
  return decoder ? decoder.decodeChain(tokens).join('') : tokens.join(' ');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
