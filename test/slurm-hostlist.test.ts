// Node range expressions against a definition that works letter by letter, and worked examples of the manual.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { compressHostlist, expandHostlist } from '../src/slurm-hostlist.ts';

describe('expandHostlist', () => {
  test.each([
    ['n1', 'n1'],
    ['', ''],
    ['n[1-3]', 'n1 n2 n3'],
    ['n[1-2,5]', 'n1 n2 n5'],
    ['n[001-003]', 'n001 n002 n003'],
    ['n[8-11]', 'n8 n9 n10 n11'],
    ['n[08-11]', 'n08 n09 n10 n11'],
    ['n[098-101]', 'n098 n099 n100 n101'],
    ['a[1-2],b[3,7-8],c', 'a1 a2 b3 b7 b8 c'],
    ['r[0-1]n[1-2]', 'r0n1 r0n2 r1n1 r1n2'],
    ['n[1-2]-ib', 'n1-ib n2-ib'],
    ['n1 n2', 'n1 n2'],
  ])('%s', (text, names) => {
    expect(expandHostlist(text, 'here').join(' ')).toBe(names);
  });

  test.each(['n[1-', 'n1]', 'n[[1]]', 'n[a-b]', 'n[3-1]', 'n[]', 'n[1,,2]', 'n[0-99999999]', 'a[0-9999]b[0-9999]', 'n[000x133]'])(
    '%s is refused, with its place',
    (text) => {
      expect(() => expandHostlist(text, 'slurm.conf:3:1')).toThrow(InputError);
      expect(() => expandHostlist(text, 'slurm.conf:3:1')).toThrow(/^slurm\.conf:3:1: /);
    },
  );

  const number = fc.integer({ min: 0, max: 12 });
  const range = fc.tuple(number, number, fc.constantFrom(1, 2, 3)).map(([a, b, width]) => ({
    low: String(Math.min(a, b)).padStart(width, '0'),
    last: Math.max(a, b),
  }));
  const bracket = fc.array(range, { minLength: 1, maxLength: 3 });
  const part = fc.tuple(fc.constantFrom('n', 'gpu-', 'r0c'), fc.array(bracket, { maxLength: 2 }), fc.constantFrom('', '-ib'));

  test('agrees with its definition', () => {
    const numbers = (ranges: { low: string; last: number }[]) =>
      ranges.flatMap(({ low, last }) =>
        Array.from({ length: last - Number(low) + 1 }, (_, step) => {
          let text = `${Number(low) + step}`;
          while (text.length < low.length) text = `0${text}`;
          return text;
        }),
      );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        const text = parts
          .map(
            ([prefix, brackets, end]) =>
              prefix + brackets.map((one) => `[${one.map(({ low, last }) => `${low}-${last}`).join(',')}]`).join('x') + end,
          )
          .join(',');
        const names = parts.flatMap(([prefix, brackets, end]) => {
          const [first, second] = brackets.map(numbers);
          if (first === undefined) return [prefix + end];
          if (second === undefined) return first.map((one) => prefix + one + end);
          return first.flatMap((one) => second.map((other) => `${prefix}${one}x${other}${end}`));
        });
        expect(expandHostlist(text, 'here')).toEqual(names);
      }),
    );
  });

  test('takes back what compressHostlist writes', () => {
    const names = fc.array(
      fc
        .tuple(fc.constantFrom('n', 'm', 'n0'), number, fc.constantFrom(1, 2))
        .map(([prefix, one, width]) => prefix + String(one).padStart(width, '0')),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(names, (list) => {
        expect(expandHostlist(compressHostlist(list), 'here')).toEqual(list);
      }),
    );
  });

  test.each([
    [['n1', 'n2', 'n3'], 'n[1-3]'],
    [['n8', 'n9', 'n10'], 'n[8-10]'],
    [['n0', 'n1', 'n10'], 'n[0-1,10]'],
    [['n09', 'n10'], 'n[09-10]'],
    [['login', 'n1'], 'login,n1'],
  ])('%j is %s for short', (names, text) => {
    expect(compressHostlist(names)).toBe(text);
  });
});
