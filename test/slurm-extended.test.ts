// Numbers of 64 bits, beside whole numbers of any length.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Extended } from '../src/policies/slurm/priority/extended.ts';

// Planted, and caught here: halves rounded up; 63 and 65 bits; the error of a product left out.

/** numerator / denominator, rounded to 64 bits with halves to even. Both above 0. */
function rounded(numerator: bigint, denominator: bigint): Extended {
  let [up, shift] = [numerator, 0];
  while (up / denominator < 1n << 63n) {
    up <<= 1n;
    shift--;
  }
  let below = denominator;
  while (up / below >= 1n << 64n) {
    below <<= 1n;
    shift++;
  }
  let mantissa = up / below;
  const rest = 2n * (up % below);
  if (rest > below || (rest === below && mantissa % 2n === 1n)) mantissa++;
  return exactly(mantissa, shift);
}

/** mantissa × 2^shift, which has no more than 64 bits. */
function exactly(mantissa: bigint, shift: number): Extended {
  const high = mantissa >> 32n;
  const number = Extended.of(Number(high) * 2 ** (32 + shift));
  number.add(Number(mantissa - (high << 32n)) * 2 ** shift);
  return number;
}

const INTEGERS = fc.oneof(
  fc.integer({ min: 1, max: 20 }).map(BigInt),
  fc.bigInt({ min: 1n, max: (1n << 53n) - 1n }),
  // Near the borders of 53 and 64 bits.
  fc.tuple(fc.constantFrom(30n, 51n, 52n), fc.integer({ min: -3, max: 3 })).map(([power, more]) => (1n << power) + BigInt(more)),
);

/** Of up to 64 bits, with its value. */
const NUMBERS = fc.tuple(INTEGERS, fc.integer({ min: 0, max: 2047 })).map(([high, low]) => {
  const mantissa = (high << 11n) + BigInt(low);
  return { number: exactly(mantissa, 0), mantissa };
});

describe('numbers of 64 bits', () => {
  test('sums are rounded once', () => {
    fc.assert(
      fc.property(NUMBERS, INTEGERS, fc.integer({ min: 0, max: 20 }), ({ number, mantissa }, value, power) => {
        const sum = copyOf(number);
        sum.add(Number(value) * 2 ** power);
        expect(sum.equals(rounded(mantissa + (value << BigInt(power)), 1n))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('products with doubles are rounded once', () => {
    fc.assert(
      fc.property(NUMBERS, INTEGERS, ({ number, mantissa }, factor) => {
        const product = copyOf(number);
        product.multiply(Number(factor) / 2 ** 40);
        expect(product.equals(rounded(mantissa * factor, 1n << 40n))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('quotients are rounded once', () => {
    fc.assert(
      fc.property(NUMBERS, NUMBERS, (one, other) => {
        expect(one.number.over(other.number).equals(rounded(one.mantissa, other.mantissa))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('are compared by all their bits', () => {
    fc.assert(
      fc.property(NUMBERS, NUMBERS, (one, other) => {
        expect(one.number.isLessThan(other.number)).toBe(one.mantissa < other.mantissa);
        expect(one.number.equals(other.number)).toBe(one.mantissa === other.mantissa);
      }),
    );
  });

  test('a sixth of a double over a fifth is not five sixths', () => {
    const sixth = Extended.of(1 / 6).over(Extended.of(1).over(Extended.of(5)));
    const half = Extended.of(0.5).over(Extended.of(3).over(Extended.of(5)));
    expect(sixth.isLessThan(half)).toBe(true);
  });

  test('what is divided by nothing is infinite', () => {
    expect(Extended.of(0.5).over(Extended.of(0)).value).toBe(Infinity);
    expect(Extended.of(0).over(Extended.of(3)).value).toBe(0);
  });
});

function copyOf(number: Extended): Extended {
  return number.over(Extended.of(1));
}
