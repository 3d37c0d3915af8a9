import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { splitSelector } from '../src/parameters.ts';
import { parseColumnMapFile } from '../src/trace/column-map-file.ts';
import { durationReader, instantReader, isMissing, memoryReader, amountReader } from '../src/trace/column-map-notations.ts';
import { zoneNamed } from '../src/trace/column-map-zones.ts';
import { FIELDS, formatColumnMap, parseColumnMap } from '../src/trace/column-map.ts';
import type { ColumnMap } from '../src/trace/column-map.ts';
import { readAs } from './table-read.ts';

describe('the text form', () => {
  test('says column, notation, constants, zone and states', () => {
    const map = parseColumnMap(
      'id:job id+submit:when@iso+procs:=4+memory:=2@Gi/task+zone:+02:00+states:Pass=completes/Too=Late=skip',
      'map',
    );
    expect(map).toEqual({
      fields: {
        id: { column: 'job id', notation: undefined },
        submit: { column: 'when', notation: 'iso' },
        procs: { constant: '4', notation: undefined },
        memory: { constant: '2', notation: 'Gi/task' },
      },
      zone: '+02:00',
      states: { Pass: 'completes', 'Too=Late': 'skip' },
    });
  });

  test('survives in a selector beside other parameters', () => {
    const map = 'submit:t@s+runtime:r@s+procs:n+states:ok=completes/bad=fails';
    expect(splitSelector(`csv:map=${map},delimiter=tab`)).toEqual({ name: 'csv', given: { map, delimiter: 'tab' } });
  });

  test('is read back as it was', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'B', ' ', '_', '1', '/', '+', '.'), minLength: 1, maxLength: 6 });
    const source = fc.oneof(
      fc.record({ column: name, notation: fc.constantFrom(undefined, 's', 'iso', 'count/task') }),
      fc.record({ constant: name, notation: fc.constantFrom(undefined, 'Gi') }),
    );
    const maps: fc.Arbitrary<ColumnMap> = fc.record({
      fields: fc.dictionary(fc.constantFrom(...Object.keys(FIELDS)), source, { minKeys: 1 }),
      zone: fc.constantFrom(undefined, '+02:00', 'America/Los_Angeles'),
      states: fc.constantFrom(undefined, { 'Not OK': 'fails' } as const),
    });
    const same = (map: ColumnMap) => {
      expect(parseColumnMap(formatColumnMap(map), '')).toEqual(map);
    };
    fc.assert(fc.property(maps, same), { numRuns: 500 });
  });

  test.each([
    ['submit:t@s+rutime:r@s', /no field "rutime"[^]*did you mean "runtime"/],
    ['submit', /"submit" is no part/],
    ['states:Pass=perhaps', /cannot mean "perhaps"/],
  ])('%s is refused', (text, problem) => {
    expect(() => parseColumnMap(text, 'map')).toThrow(problem);
    expect(() => parseColumnMap(text, 'map')).toThrow(InputError);
  });
});

describe('the file form', () => {
  test('says the same', () => {
    const file = `
      columns:
        submit: { column: "submitted @ frontend", as: iso }
        runtime: run_time@s
        procs: { constant: 1 }
      zone: Europe/Berlin
      states: { Pass: completes }`;
    expect(parseColumnMapFile(file, 'map.yaml')).toEqual({
      fields: {
        submit: { column: 'submitted @ frontend', notation: 'iso' },
        runtime: { column: 'run_time', notation: 's' },
        procs: { constant: '1', notation: undefined },
      },
      zone: 'Europe/Berlin',
      states: { Pass: 'completes' },
    });
  });

  test.each([
    ['columns: {submit: [1]}', /columns\.submit/],
    ['columns: {sumbit: t@s}', /did you mean "submit"/],
    ['a: [', /not valid YAML/],
    ['columns: {}\nother: 1', /other/],
  ])('%j is refused', (text, problem) => {
    expect(() => parseColumnMapFile(text, 'map.yaml')).toThrow(problem);
    expect(() => parseColumnMapFile(text, 'map.yaml')).toThrow(InputError);
  });

  test('is refused if it cannot be read', async () => {
    await expect(readAs('csv', 'a,b\n1,2\n', { map: 'no/such/map.yaml' })).rejects.toThrow(/cannot be read/);
  });
});

const UTC = zoneNamed('UTC', '');
const berlin = zoneNamed('Europe/Berlin', '');

test.each([
  ['s', '12', 12_000],
  ['s', ' 1.5 ', 1500],
  ['s', '-0', 0],
  ['s', '-0.0001', 0],
  ['ms', 7n, 7],
  ['us', '1500', 2],
  ['min', 2, 120_000],
  ['unix', '1000', 1_000_000],
  ['iso', '2017-10-09 07:01:55', Date.UTC(2017, 9, 9, 7, 1, 55)],
  ['iso', '2017-10-09T07:01:55.25Z', Date.UTC(2017, 9, 9, 7, 1, 55, 250)],
  ['iso', '2017-10-09T07:01:55+08:00', Date.UTC(2017, 9, 8, 23, 1, 55)],
  ['iso', '2017-10-09 07:01:55 -0330', Date.UTC(2017, 9, 9, 10, 31, 55)],
  ['iso', '2017/10/09', Date.UTC(2017, 9, 9)],
  ['iso', '2024-02-30', undefined],
  ['iso', '2024-13-01', undefined],
  ['iso', '1700000000', undefined],
  ['iso', 'None', NaN],
  ['iso', new Date(5), 5],
  ['s', '', NaN],
  ['s', null, NaN],
  ['s', 'NULL', NaN],
  ['s', '12 s', undefined],
  ['s', '1e300', undefined],
  ['s', new Date(5), undefined],
] as const)('an instant @%s of %s is %s ms', (notation, cell, expected) => {
  expect(instantReader(notation, UTC, '').read(cell)).toEqual(expected);
});

test.each([
  ['s', '90', 90_000],
  ['s', 'UNLIMITED', Infinity],
  ['slurm', '1-12:00:00', 129_600_000],
  ['slurm', '02:03:04', 7_384_000],
  ['slurm', '30:00', 1_800_000],
  ['slurm', '15', 900_000],
  ['slurm', 'Partition_Limit', NaN],
  ['slurm', '-5', undefined],
  ['slurm', '1:2:3:4', undefined],
  ['duration', '1h30m', 5_400_000],
  ['duration', '90', 90_000],
  ['duration', 'soon', undefined],
  ['h', '0.5', 1_800_000],
  ['s', '-1', -1000],
] as const)('a duration @%s of %s is %s ms', (notation, cell, expected) => {
  expect(durationReader(notation, '')(cell)).toEqual(expected);
});

test.each([
  ['quantity', '16Gi', 2 ** 34],
  ['quantity', '64G', 64e9],
  ['quantity', 1024, 1024],
  ['quantity', '5 apples', undefined],
  ['quantity', '.', undefined],
  ['Mi', '2', 2 ** 21],
  ['k/task', '3', 3000],
] as const)('memory @%s of %s is %s bytes', (notation, cell, expected) => {
  expect(memoryReader(notation, '').read(cell)).toEqual(expected);
});

test('amounts are thousandths, and can be counted for each task', () => {
  expect(amountReader('percent/task', '').read('50')).toBe(500);
  expect(amountReader('percent/task', '').per).toBe('task');
  expect(amountReader('milli', '').read('250')).toBe(250);
  expect(() => amountReader('count/node', '')).toThrow(/"node"/);
  expect(() => amountReader('dozen', '')).toThrow(/"dozen"/);
});

test('words that mean "no value" are missing, others are not', () => {
  expect(['', 'NA', 'nan', 'Unknown', '-', null, undefined, NaN].map((cell) => isMissing(cell))).not.toContain(false);
  expect(['0', 'x', 0, false].map((cell) => isMissing(cell))).not.toContain(true);
});

describe('local times', () => {
  test.each([
    ['2017-03-26 01:59:59', '2017-03-26T00:59:59Z'],
    ['2017-03-26 03:00:00', '2017-03-26T01:00:00Z'],
    ['2017-07-01 12:00:00', '2017-07-01T10:00:00Z'],
    // Twice on that day: the first is taken.
    ['2017-10-29 02:30:00', '2017-10-29T00:30:00Z'],
    ['2017-10-29 03:00:00', '2017-10-29T02:00:00Z'],
  ])('%s in Berlin is %s', (local, utc) => {
    expect(new Date(instantReader('iso', berlin, '').read(local) ?? NaN).toISOString()).toBe(utc.replace('Z', '.000Z'));
  });

  test('agree with the zone there and back, on every quarter of an hour of a year', () => {
    for (const name of ['America/Los_Angeles', 'Australia/Lord_Howe', 'Asia/Tokyo', '-03:30', 'UTC']) {
      const zone = zoneNamed(name, '');
      for (let unix = Date.UTC(2017, 0, 1); unix < Date.UTC(2018, 0, 1); unix += 900_000) {
        const back = zone.toUnix(zone.toLocal(unix));
        // The second pass of an hour that occurs twice comes back as the first.
        if (back !== unix) expect(zone.toLocal(back)).toBe(zone.toLocal(unix));
      }
    }
  });

  test('that occurred twice or never are counted', () => {
    const zone = zoneNamed('Europe/Berlin', '');
    const read = instantReader('iso', zone, '').read;
    ['2017-10-29 02:30:00', '2017-03-26 02:30:00', '2017-10-29 01:59:59', '2017-03-26 12:00:00'].forEach(read);
    expect(zone.doubtful).toBe(2);
  });

  test('of a zone that does not exist are refused', () => {
    expect(() => zoneNamed('Europe/Atlantis', 'map')).toThrow(InputError);
  });
});
