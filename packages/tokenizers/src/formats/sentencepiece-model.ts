import { TokenizerFileError } from '../json/error.ts';
import {
  type ProtobufField,
  protobufBytes,
  protobufInteger,
  protobufText,
  readProtobuf,
} from './protobuf.ts';

/** What a piece of a SentencePiece model is. */
export type PieceKind = 'normal' | 'unknown' | 'control' | 'user defined' | 'unused' | 'byte';

/** A piece of a SentencePiece model. */
export interface SentencePiece {
  /** Its text; a space is `▁`. */
  piece: string;
  /** Logarithm of its probability, or minus its rank. */
  score: number;
  /** What it is. */
  kind: PieceKind;
}

/** The content of a SentencePiece `.model` file, as far as tokenizing needs it. */
export interface SentencePieceModel {
  /** The pieces, by id. */
  pieces: SentencePiece[];
  /** The algorithm. */
  modelType: 'unigram' | 'bpe' | 'word' | 'char';
  /** Id of the unknown piece. */
  unknownId: number;
  /** Text of the unknown piece. */
  unknownPiece: string;
  /** Whether unknown characters are spelled by byte pieces. */
  byteFallback: boolean;
  /** The compiled normalization; empty if there is none. */
  charsmap: Uint8Array;
  /** Whether a space is put before the text. */
  addDummyPrefix: boolean;
  /** Whether runs of spaces become one. */
  removeExtraWhitespaces: boolean;
}

const KINDS: readonly (PieceKind | undefined)[] = [
  undefined,
  'normal',
  'unknown',
  'control',
  'user defined',
  'unused',
  'byte',
];
const MODEL_TYPES = [undefined, 'unigram', 'bpe', 'word', 'char'] as const;
/** Pieces of a model, at most. */
const MOST_PIECES = 4_000_000;

/**
 * Reads a SentencePiece `.model` file (sentencepiece_model.proto).
 *
 * @param bytes - The file.
 * @param file - Its name, for messages.
 * @throws TokenizerFileError if it is damaged, or no such file.
 */
export function readSentencePieceModel(bytes: Uint8Array, file: string): SentencePieceModel {
  const model: SentencePieceModel = {
    pieces: [],
    modelType: 'unigram',
    unknownId: 0,
    unknownPiece: '<unk>',
    byteFallback: false,
    charsmap: new Uint8Array(),
    addDummyPrefix: true,
    removeExtraWhitespaces: true,
  };
  const seen = new Set<string>();
  for (const field of readProtobuf(bytes, file)) {
    if (field.number === 1) {
      const path = `${file}: piece ${model.pieces.length}`;
      const piece = readPiece(protobufBytes(field, file), path);
      if (seen.has(piece.piece)) {
        throw new TokenizerFileError(`${path}: ${JSON.stringify(piece.piece)} stands there twice`);
      }
      seen.add(piece.piece);
      if (model.pieces.push(piece) > MOST_PIECES) {
        throw new TokenizerFileError(`${file}: more than ${MOST_PIECES} pieces`);
      }
    } else if (field.number === 2) {
      readTrainer(protobufBytes(field, file), `${file}: trainer_spec`, model);
    } else if (field.number === 3) {
      readNormalizer(protobufBytes(field, file), `${file}: normalizer_spec`, model);
    }
  }
  if (model.pieces.length === 0) {
    throw new TokenizerFileError(`${file}: holds no pieces; is it a SentencePiece model?`);
  }
  if (model.pieces[model.unknownId]?.kind !== 'unknown') {
    throw new TokenizerFileError(
      `${file}: trainer_spec.unk_id: got ${model.unknownId}, which is not an unknown piece`,
    );
  }
  return model;
}

function readPiece(bytes: Uint8Array, path: string): SentencePiece {
  let piece: string | undefined;
  let score = 0;
  let kind: PieceKind | undefined = 'normal';
  for (const field of readProtobuf(bytes, path)) {
    if (field.number === 1) piece = protobufText(field, path);
    else if (field.number === 2) score = field.float ?? Number.NaN;
    else if (field.number === 3) kind = KINDS[protobufInteger(field, path)];
  }
  if (piece === undefined || piece === '' || kind === undefined || !Number.isFinite(score)) {
    throw new TokenizerFileError(`${path}: wants a text, a number as score and a known type`);
  }
  return { piece, score, kind };
}

function readTrainer(bytes: Uint8Array, path: string, model: SentencePieceModel): void {
  for (const field of readProtobuf(bytes, path)) {
    if (field.number === 3) {
      const type = MODEL_TYPES[protobufInteger(field, path)];
      if (type === undefined) {
        throw new TokenizerFileError(`${path}.model_type: got ${field.integer}, wants 1 to 4`);
      }
      model.modelType = type;
    } else if (field.number === 35) model.byteFallback = flag(field, path);
    else if (field.number === 40) model.unknownId = protobufInteger(field, path);
    else if (field.number === 45) model.unknownPiece = protobufText(field, path);
  }
}

function readNormalizer(bytes: Uint8Array, path: string, model: SentencePieceModel): void {
  for (const field of readProtobuf(bytes, path)) {
    if (field.number === 2) model.charsmap = protobufBytes(field, path);
    else if (field.number === 3) model.addDummyPrefix = flag(field, path);
    else if (field.number === 4) model.removeExtraWhitespaces = flag(field, path);
  }
}

function flag(field: ProtobufField, path: string): boolean {
  return protobufInteger(field, path) !== 0;
}
