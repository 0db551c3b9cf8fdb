import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { BadRowError, Dataset, loadDataset, streamDataset } from '@llm/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file of a page's picker. */
const file = (name: string, ...parts: (string | Uint8Array<ArrayBuffer>)[]) =>
  new File(parts, name);

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('loadDataset', () => {
  it('reads JSON lines from a path, a URL, a File, bytes and a stream alike', async () => {
    const text = '\uFEFF{"text":"Grüße","n":1}\r\n\n{"text":"b","n":2}';
    const path = join(folder, 'rows.jsonl');
    await writeFile(path, text);
    const rows = [
      { text: 'Grüße', n: 1 },
      { text: 'b', n: 2 },
    ];
    const bytes = new TextEncoder().encode(text);
    for (const source of [path, pathToFileURL(path), file('rows.jsonl', text)]) {
      expect([...(await loadDataset(source))]).toEqual(rows);
    }
    for (const source of [bytes, new Blob([bytes]).stream()]) {
      expect([...(await loadDataset(source, { format: 'jsonl' }))]).toEqual(rows);
    }
    await expect(loadDataset(join(folder, 'none.jsonl'))).rejects.toThrow(/ENOENT/);
    await expect(loadDataset(bytes)).rejects.toThrow(/set the option format/);
  });

  it('reads what is compressed, and names a file that is cut or something else', async () => {
    const text = Array.from({ length: 5000 }, (_, n) => `{"n":${n}}`).join('\n');
    const bytes = gzipSync(text);
    const path = join(folder, 'rows.jsonl.gz');
    await writeFile(path, bytes);
    for (const source of [path, file('rows.jsonl.gz', new Uint8Array(bytes))]) {
      const rows = await loadDataset(source);
      expect([rows.length, rows.at(4999)]).toEqual([5000, { n: 4999 }]);
    }
    const [first] = await collect(streamDataset(path).take(1));
    expect(first).toEqual({ n: 0 });
    for (const part of [bytes.subarray(0, bytes.length >> 1), Buffer.from(text)]) {
      const damaged = file('damaged.csv.gz', new Uint8Array(part));
      await expect(loadDataset(damaged)).rejects.toThrow(/damaged\.csv\.gz is no whole gzip file/);
    }
    await expect(loadDataset(join(folder, 'none.jsonl.gz'))).rejects.toThrow(/ENOENT/);
  });

  it('reads tables whose quoted fields hold delimiters, quotes and line ends', async () => {
    const csv = 'id,text\r\n1,"a, ""b""\r\nc"\r\n2,täxt\r\n';
    expect([...(await loadDataset(file('t.csv', csv)))]).toEqual([
      { id: '1', text: 'a, "b"\nc' },
      { id: '2', text: 'täxt' },
    ]);
    expect([...(await loadDataset(file('t.tsv', 'a\tb\n"x\ty"\n')))]).toEqual([
      { a: '"x', b: 'y"' },
    ]);
    const named = await loadDataset(file('t.csv', '1;2\n'), {
      delimiter: ';',
      column_names: ['a', 'b'],
      columns: { a: 'int', b: 'float' },
    });
    expect([...named]).toEqual([{ a: 1, b: 2 }]);
    await expect(loadDataset(file('t.csv', 'a,a\n1,2\n'))).rejects.toThrow("'a' is there twice");
  });

  it('gives the same rows wherever the file is cut into chunks', async () => {
    const csv = new TextEncoder().encode('id,text\r\n1,"ä\r\n""ü"""\r\n2,"b"\r\n3,c');
    const want = [...(await loadDataset(csv, { format: 'csv' }))];
    expect(want).toHaveLength(3);
    for (let cut = 1; cut < csv.length; cut++) {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(csv.slice(0, cut));
          controller.enqueue(csv.slice(cut));
          controller.close();
        },
      });
      expect([...(await loadDataset(stream, { format: 'csv' }))], `cut at ${cut}`).toEqual(want);
    }
  });

  it('reads Parquet', async () => {
    const bytes = await readFile(new URL('./rows.parquet', import.meta.url));
    const rows = await loadDataset(new Uint8Array(bytes), {
      format: 'parquet',
      columns: { text: 'text', label: { labels: 2 }, ids: 'ids' },
    });
    expect([...rows]).toEqual([
      { text: 'good', label: 1, score: 0.5, ids: [1, 2, 3] },
      { text: 'bäd', label: 0, score: null, ids: [4] },
    ]);
    await expect(loadDataset(file('x.parquet', 'no parquet at all'))).rejects.toThrow(
      /x.parquet: no Parquet file/,
    );
  });

  it('names the rows of a Parquet file that is damaged within, or counts them', async () => {
    const bytes = await readFile(new URL('./rows.parquet', import.meta.url));
    const changed = (at: number, value: number) => {
      const copy = new Uint8Array(bytes);
      copy[at] = value;
      return file('x.parquet', copy);
    };
    // Within `bäd`, in the dictionary of the texts.
    const broken = changed(bytes.indexOf('bäd') + 2, 0xff);
    const rows = await loadDataset(broken, { bad_rows: 'skip' });
    expect([...rows]).toMatchObject([{ text: 'good' }]);
    expect(rows.bad_rows.examples).toMatchObject([
      { row: 2, problem: "column 'text' is not UTF-8" },
    ]);
    // The length that Snappy's data start with.
    const cut = changed(bytes.indexOf('good') - 7, 0x7f);
    await expect(loadDataset(cut, { bad_rows: 'skip' })).rejects.toThrow(
      /x\.parquet, rows 1 to 2: the Parquet file cannot be decoded/,
    );
  });

  it('reads tables with a byte-order mark and the line ends of Windows', async () => {
    for (const [name, delimiter] of [
      ['t.csv', ','],
      ['t.tsv', '\t'],
    ] as const) {
      const text = ['\uFEFFid', 'text\r\n1', 'a\r\n\r\n2', '\r\n'].join(delimiter);
      expect([...(await loadDataset(file(name, text)))]).toEqual([
        { id: '1', text: 'a' },
        { id: '2', text: '' },
      ]);
    }
  });

  it('reads fields of many chunks, and names the record whose quote is never closed', async () => {
    const chunks = (...parts: string[]) =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
          controller.close();
        },
      });
    const lines = Array.from({ length: 40 }, () => 'x'.repeat(1 << 16));
    const long = await loadDataset(chunks('a,b\r\n1,"', ...lines, '\r', '\n"\r\n2,y\r\n'), {
      format: 'csv',
    });
    expect([...long]).toEqual([
      { a: '1', b: `${lines.join('')}\n` },
      { a: '2', b: 'y' },
    ]);
    const open = await loadDataset(chunks('a,b\n1,x\n2,"', ...lines, '\n3,z\n'), {
      format: 'csv',
      bad_rows: 'skip',
    });
    expect([...open]).toEqual([{ a: '1', b: 'x' }]);
    expect(open.bad_rows.examples).toMatchObject([
      { row: 2, problem: expect.stringMatching(/quote/i) },
    ]);
  });

  it('names file and row of what cannot be used, or counts it', async () => {
    const columns = { text: 'text', label: { labels: ['neg', 'pos'] } } as const;
    const broken = Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d, 10]);
    const jsonl = file(
      'bad.jsonl',
      '{"text":"a","label":"pos"}\n',
      '{"text":"  ","label":0}\n',
      '{"text":"b","label":2}\n',
      '{"text":"c"}\n',
      '{"text":7,"label":0}\n',
      '[1]\n',
      '{"text":\n',
      broken,
      '{"text":"d","label":0}\n',
    );
    const rows = await loadDataset(jsonl, { columns, bad_rows: 'skip' });
    expect([...rows]).toEqual([
      { text: 'a', label: 1 },
      { text: 'd', label: 0 },
    ]);
    expect(rows.bad_rows.count).toBe(7);
    expect(rows.bad_rows.examples.map(({ row, problem }) => `${row}: ${problem}`)).toEqual([
      '2: column \'text\' wants a text that is not empty: got "  "',
      "3: column 'label' wants a class from 0 to 1 or one of neg, pos: got 2",
      "4: column 'label' is missing; there are text",
      "5: column 'text' wants a text: got 7",
      '6: wants a JSON object: got [1]',
      expect.stringMatching(/^7: no JSON/),
      '8: the text is not UTF-8',
    ]);
    const error = await loadDataset(jsonl, { columns }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(BadRowError);
    expect(error).toMatchObject({ source: 'bad.jsonl', row: 2 });
    expect(error.message).toContain("bad_rows: 'skip'");
  });

  it('counts records of tables with broken UTF-8, quotes or too few fields', async () => {
    const csv = file('t.csv', 'a,b\n1\n', Uint8Array.from([0x78, 0x2c, 0xff, 10]), 'x,y\n"q"z,1\n');
    const rows = await loadDataset(csv, { bad_rows: 'skip' });
    expect([...rows]).toEqual([{ a: 'x', b: 'y' }]);
    expect(rows.bad_rows.examples.map(({ row }) => row)).toEqual([1, 2, 4]);
    await expect(loadDataset(file('t.csv', 'a\nx,y\n'), { bad_rows: 'skip' })).rejects.toThrow(
      /no row can be used[\s\S]*row 1: wants 1 fields: got 2/,
    );
  });

  it('refuses options that are not known or do not belong to the format', async () => {
    const rows = file('t.jsonl', '{}');
    await expect(loadDataset(rows, { seperator: ';' } as object)).rejects.toThrow("'seperator'");
    await expect(loadDataset(rows, { delimiter: ';' })).rejects.toThrow("'delimiter'");
    await expect(loadDataset(rows, { columns: { a: 'number' as 'int' } })).rejects.toThrow(
      "'a' is",
    );
    await expect(loadDataset(rows, { bad_rows: 'ignore' as 'skip' })).rejects.toThrow('ignore');
  });

  it('streams a file anew in each pass', async () => {
    const rows = streamDataset(file('t.txt', 'a\n\nb\nc\n')).map(({ text }) => text);
    for (let pass = 0; pass < 2; pass++) {
      expect(await collect(rows)).toEqual(['a', 'b', 'c']);
    }
    const once = streamDataset(new Blob(['a\n']).stream(), { format: 'text' });
    expect(await collect(once)).toHaveLength(1);
    await expect(collect(once)).rejects.toThrow(/the stream was read before/);
  });

  it('saves what it loads', async () => {
    const path = join(folder, 'saved.jsonl');
    const rows = Dataset.from([{ text: 'a\n"ß"', ids: Int32Array.of(1, 2) }]);
    await rows.save(path);
    expect([...(await loadDataset(path))]).toEqual([{ text: 'a\n"ß"', ids: [1, 2] }]);
    await expect(Dataset.from([{ x: Number.NaN }]).save(path)).rejects.toThrow(
      'row 1: JSON cannot',
    );
    expect([...(await loadDataset(path))]).toHaveLength(1);
  });
});
