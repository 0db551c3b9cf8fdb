import { meanAveragePrecision, meanReciprocalRank, ndcg } from '@llm/train';
import { type Scoring, textOf, textsOf, wrongColumn } from './scoring.ts';

/** A query, documents, and which of them answer it. */
export interface RankingRow {
  readonly query: string;
  readonly documents: readonly string[];
  /** Positions in `documents`. */
  readonly relevant: readonly number[];
}

/** How near the top the documents stand that answer the query, 0 to 1; of the first ten. */
export const textRankingScoring: Scoring<RankingRow, 'text-ranking', readonly number[]> = {
  task: 'text-ranking',
  columns: 'query, documents, relevant (positions in documents)',
  check(row, index) {
    const query = textOf(row, 'query', index);
    const documents = textsOf(row, 'documents', index);
    const { relevant } = row as RankingRow;
    const isPlace = (place: unknown) => Number.isInteger(place) && (place as number) in documents;
    if (!Array.isArray(relevant) || relevant.length === 0 || !relevant.every(isPlace)) {
      throw wrongColumn(
        row,
        'relevant',
        index,
        `positions of documents, 0 to ${documents.length - 1}`,
      );
    }
    return { query, documents, relevant };
  },
  async predict(run, rows) {
    const rankings: number[][] = [];
    for (const { query, documents } of rows) {
      rankings.push((await run(query, documents)).map(({ corpus_id }) => corpus_id));
    }
    return rankings;
  },
  score(rankings, rows) {
    const relevant = rows.map((row) => row.relevant);
    return {
      'mrr@10': meanReciprocalRank(rankings, relevant, { k: 10 }),
      'map@10': meanAveragePrecision(rankings, relevant, { k: 10 }),
      'ndcg@10': ndcg(rankings, relevant, { k: 10 }),
    };
  },
};
