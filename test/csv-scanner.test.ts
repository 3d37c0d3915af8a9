import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { CsvScanner } from '../src/trace/csv-scanner.ts';

/** Few characters, so that quotes, delimiters and line ends meet in every way. */
const dense = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '\n', '\r\n', ' ', '1'), maxLength: 8 });

function scan(text: string, cuts: readonly number[], delimiter = ','): { cells: string[]; line: number }[] {
  const scanner = new CsvScanner('test.csv', delimiter);
  const records = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    records.push(...scanner.take(text.slice(from, Math.max(from, cut))));
    from = Math.max(from, cut);
  }
  records.push(...scanner.take(text.slice(from)), ...scanner.take('', true));
  return records;
}

const cutsOf = fc.array(fc.nat(60), { maxLength: 6 });

test('gives back fields that were quoted where they have to be, however the text is cut', () => {
  const quoted = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  const rows = fc.array(fc.array(dense, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), cutsOf, (fields, end, endless, cuts) => {
      // A lone empty field at the end cannot be told from the end of the file.
      if (endless && fields[fields.length - 1].join('') === '') return;
      const text = fields.map((row) => row.map(quoted).join(',')).join(end) + (endless ? '' : end);
      expect(scan(text, cuts).map(({ cells }) => cells)).toEqual(fields);
    }),
    { numRuns: 3000 },
  );
});

test('reads any text as csv-parse does, or refuses it as csv-parse does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', '""', ',', '\n', '\r\n', 'b,c\n', '"d",'), maxLength: 20 });
  fc.assert(
    fc.property(text, cutsOf, (input, cuts) => {
      let expected: string[][] | undefined;
      try {
        expected = parse(input, { relax_column_count: true, skip_empty_lines: false, record_delimiter: ['\r\n', '\n'] });
      } catch {
        expected = undefined;
      }
      // It also refuses a quote inside a field without quotes, which harms nobody.
      if (expected === undefined) return;
      let found: string[][];
      try {
        found = scan(input, cuts).map(({ cells }) => cells);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        throw new Error(`refused ${JSON.stringify(input)}, which csv-parse reads as ${JSON.stringify(expected)}`);
      }
      expect(found).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});

test('knows the line on which each record begins', () => {
  expect(scan('a,b\n"one\ntwo",2\nx,y\n', []).map(({ line }) => line)).toEqual([1, 2, 4]);
});

test.each([
  ['a;b;c\n1;2;3\n', ['a', 'b', 'c']],
  ['a\tb\n', ['a', 'b']],
  ['a|b|c\n', ['a', 'b', 'c']],
  ['"a,b,c";d\n', ['a,b,c', 'd']],
  ['one\n', ['one']],
])('finds the delimiter of %j', (text, cells) => {
  expect(new CsvScanner('t').take(text)[0].cells).toEqual(cells);
});

describe('refuses', () => {
  test.each([
    ['a,"b\nc,d\n', 't.csv:1', /never closed/],
    ['a\n"b"c\n', 't.csv:2', /follows the closing quote/],
  ])('%j', (text, where, problem) => {
    const scanner = new CsvScanner('t.csv', ',');
    const run = () => [...scanner.take(text), ...scanner.take('', true)];
    expect(run).toThrow(problem);
    expect(run).toThrow(InputError);
    expect(() => scanWhere(text)).toThrow(where);
  });

  test('a record that never ends, before it fills the memory', () => {
    const scanner = new CsvScanner('t.csv', ',');
    const run = () => {
      for (let piece = 0; piece < 1000; piece++) scanner.take(`"${'x'.repeat(65_536)}`);
    };
    expect(run).toThrow(/without the end of a record/);
  });
});

function scanWhere(text: string): void {
  const scanner = new CsvScanner('t.csv', ',');
  scanner.take(text);
  scanner.take('', true);
}
