/**
 * The forms of all tasks. A new task of `@llm/apps` is an entry here; a test compares both.
 *
 * @module
 */
import type { OptionField, TaskForm } from './task-form.ts';

const topK = (initial: number): OptionField => ({
  name: 'top_k',
  label: 'Results',
  kind: 'number',
  initial,
  least: 1,
  most: 50,
});
const newTokens = (initial: number): OptionField => ({
  name: 'max_new_tokens',
  label: 'New tokens at most',
  kind: 'number',
  initial,
  least: 1,
  most: 2048,
});

const report =
  'The harbour of Hamburg was founded on 7 May 1189. It lies 110 km from the mouth of the Elbe, and today it is the third-largest port of Europe. Every year about 8,000 ships call at it. Its warehouse district, built from 1883 on oak piles, is a World Heritage Site.';

/** The forms, in the order of the page. */
export const taskForms: readonly TaskForm[] = [
  {
    id: 'text-generation',
    title: 'Text generation',
    about: 'Continues a text, or answers a message.',
    model: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    fields: [{ name: 'text', label: 'Message or beginning of a text', kind: 'text' }],
    options: [
      newTokens(128),
      { name: 'chat', label: 'As a chat message', kind: 'flag', initial: true },
      { name: 'do_sample', label: 'Draw tokens at random', kind: 'flag', initial: false },
      {
        name: 'temperature',
        label: 'Temperature',
        kind: 'number',
        initial: 0.7,
        least: 0.05,
        most: 5,
        step: 0.05,
      },
    ],
    examples: [
      { title: 'A question', values: { text: 'Why is the sky blue?' } },
      { title: 'A story', values: { text: 'Once upon a time, a fox', chat: 'false' } },
      { title: 'A list', values: { text: 'Name five uses for an old newspaper.' } },
    ],
    view: 'text',
  },
  {
    id: 'text-classification',
    title: 'Text classification',
    about: 'Says what kind of text it is, such as its sentiment.',
    model: 'distilbert/distilbert-base-uncased-finetuned-sst-2-english',
    fields: [{ name: 'text', label: 'Text', kind: 'text' }],
    options: [topK(5)],
    examples: [
      { title: 'Praise', values: { text: 'What a wonderful evening!' } },
      { title: 'Complaint', values: { text: 'The soup was cold and the waiter rude.' } },
      { title: 'Both', values: { text: 'A dull story, beautifully told.' } },
    ],
    view: 'scores',
  },
  {
    id: 'token-classification',
    title: 'Named entities',
    about: 'Finds names of people, places and organisations.',
    model: 'dslim/bert-base-NER',
    fields: [{ name: 'text', label: 'Text', kind: 'text' }],
    options: [
      {
        name: 'aggregation_strategy',
        label: 'Parts of words',
        kind: 'choice',
        initial: 'simple',
        choices: ['none', 'simple', 'first', 'average', 'max'],
      },
    ],
    examples: [
      { title: 'A biography', values: { text: 'Ada Lovelace met Charles Babbage in London.' } },
      { title: 'News', values: { text: 'Airbus opened an office in Hamburg, said Anna Meyer.' } },
    ],
    view: 'entities',
  },
  {
    id: 'question-answering',
    title: 'Question answering',
    about: 'Finds where in a text the answer stands.',
    model: 'distilbert/distilbert-base-cased-distilled-squad',
    fields: [
      { name: 'question', label: 'Question', kind: 'line' },
      { name: 'context', label: 'Text that holds the answer', kind: 'text' },
    ],
    options: [topK(3)],
    examples: [
      { title: 'A date', values: { question: 'When was the harbour founded?', context: report } },
      { title: 'A number', values: { question: 'How many ships call at it?', context: report } },
    ],
    view: 'answer',
  },
  {
    id: 'zero-shot-classification',
    title: 'Your own classes',
    about: 'Says which of your own labels fits a text.',
    model: 'facebook/bart-large-mnli',
    fields: [
      { name: 'text', label: 'Text', kind: 'text' },
      { name: 'labels', label: 'Labels, one a line', kind: 'list' },
    ],
    options: [{ name: 'multi_label', label: 'Several may fit', kind: 'flag', initial: false }],
    examples: [
      {
        title: 'Topics',
        values: {
          text: 'The striker scored twice in five minutes.',
          labels: 'sport\npolitics\nfood',
        },
      },
      {
        title: 'Requests',
        values: { text: 'I cannot log in since Monday.', labels: 'problem\nquestion\npraise' },
      },
    ],
    view: 'scores',
  },
  {
    id: 'fill-mask',
    title: 'Hidden words',
    about: 'Guesses the word behind [MASK].',
    model: 'google-bert/bert-base-uncased',
    fields: [{ name: 'text', label: 'Text with [MASK]', kind: 'text' }],
    options: [topK(5)],
    examples: [
      { title: 'A capital', values: { text: 'The capital of France is [MASK].' } },
      { title: 'A drink', values: { text: 'He drank a cup of hot [MASK].' } },
    ],
    view: 'scores',
  },
  {
    id: 'translation',
    title: 'Translation',
    about: 'Says a text in another language.',
    model: 'Helsinki-NLP/opus-mt-en-de',
    fields: [{ name: 'text', label: 'Text', kind: 'text' }],
    options: [
      newTokens(200),
      { name: 'src_lang', label: 'From (if the model knows several)', kind: 'line' },
      { name: 'tgt_lang', label: 'To', kind: 'line' },
    ],
    examples: [
      { title: 'A sentence', values: { text: 'The weather is nice today.' } },
      { title: 'A button', values: { text: 'Open the file' } },
    ],
    view: 'text',
  },
  {
    id: 'summarization',
    title: 'Summary',
    about: 'Makes a long text short.',
    model: 'google-t5/t5-small',
    fields: [{ name: 'text', label: 'Text', kind: 'text' }],
    options: [newTokens(60)],
    examples: [{ title: 'A harbour', values: { text: report } }],
    view: 'text',
  },
  {
    id: 'text2text-generation',
    title: 'Instructions',
    about: 'Does what an instruction asks for.',
    model: 'google/flan-t5-small',
    fields: [{ name: 'text', label: 'Instruction', kind: 'text' }],
    options: [newTokens(60)],
    examples: [
      { title: 'Translate', values: { text: 'Translate to German: How old are you?' } },
      { title: 'Answer', values: { text: 'Answer: what colour is a ripe banana?' } },
    ],
    view: 'text',
  },
  {
    id: 'sentence-similarity',
    title: 'Similar sentences',
    about: 'Says how near in meaning sentences are.',
    model: 'sentence-transformers/all-MiniLM-L6-v2',
    fields: [
      { name: 'text', label: 'Sentence', kind: 'line' },
      { name: 'sentences', label: 'Others, one a line', kind: 'list' },
    ],
    options: [],
    examples: [
      {
        title: 'Support',
        values: {
          text: 'How do I reset my password?',
          sentences:
            'I cannot log in any more.\nMy new password is not accepted.\nWhere is my parcel?\nThe soup was delicious.',
        },
      },
    ],
    view: 'scores',
  },
  {
    id: 'text-ranking',
    title: 'Search ranking',
    about: 'Orders documents by how well they answer a query.',
    model: 'cross-encoder/ms-marco-MiniLM-L6-v2',
    fields: [
      { name: 'query', label: 'Query', kind: 'line' },
      { name: 'documents', label: 'Documents, one a line', kind: 'list' },
    ],
    options: [],
    examples: [
      {
        title: 'Berlin',
        values: {
          query: 'How many people live in Berlin?',
          documents:
            'Berlin has 3.7 million inhabitants.\nBerlin is known for its museums.\nNew York has 8.3 million inhabitants.',
        },
      },
    ],
    view: 'scores',
  },
  {
    id: 'feature-extraction',
    title: 'Vectors',
    about: 'Turns a text into a vector for search and clustering.',
    model: 'sentence-transformers/all-MiniLM-L6-v2',
    fields: [{ name: 'text', label: 'Text', kind: 'text' }],
    options: [
      {
        name: 'pooling',
        label: 'Pooling',
        kind: 'choice',
        initial: 'mean',
        choices: ['mean', 'cls', 'none'],
      },
      { name: 'normalize', label: 'Length 1', kind: 'flag', initial: true },
    ],
    examples: [{ title: 'A sentence', values: { text: 'A vector says where a meaning lies.' } }],
    view: 'vector',
  },
];
