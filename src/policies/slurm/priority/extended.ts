/**
 * Numbers of 64 significant bits, as `long double` is on x86: there the controller keeps usage. With fewer bits, associations
 * whose shares and usage are in the same proportion would be tied that are not tied for Slurm, and the other way round.
 */

/** Splits a double into two halves of its bits. */
const SPLITTER = 2 ** 27 + 1;
/** Adding this to a number below 2^51 and taking it away again rounds to whole numbers, halves to even ones. */
const ROUNDER = 1.5 * 2 ** 52;
/** The last of 64 bits of a number from 1 to 2, and of one just below 1. */
const BIT_64 = 2 ** -63;
const HALF_BIT_64 = 2 ** -64;
/** Of numbers smaller than this, the last bits cannot be told apart. */
const SMALLEST = 2 ** -1000;

/** The sum of two doubles, of which the second has the bits behind those of the first. */
export class Extended {
  #high = 0;
  #low = 0;
  /** The largest power of two not above what it was rounded to last: as usage grows, that is seldom another. */
  #power = 0;

  static of(value: number): Extended {
    const made = new Extended();
    made.#high = value;
    return made;
  }

  /** As near as a double comes. */
  get value(): number {
    return this.#high;
  }

  clear(): void {
    this.#high = 0;
    this.#low = 0;
  }

  add(value: number): void {
    const sum = this.#high + value;
    const part = sum - this.#high;
    this.#set(sum, this.#high - (sum - part) + (value - part), this.#low);
  }

  multiply(factor: number): void {
    const product = this.#high * factor;
    const low = this.#low * factor;
    this.#set(product, productError(this.#high, factor, product), low, productError(this.#low, factor, low));
  }

  /** This, divided by another one; Infinity and NaN as with doubles. */
  over(divisor: Extended): Extended {
    const quotient = new Extended();
    const first = this.#high / divisor.#high;
    if (first === 0 || !Number.isFinite(first)) {
      quotient.#high = first;
      return quotient;
    }
    const rest = this.#minus(first, divisor);
    const second = rest.#high / divisor.#high;
    quotient.#set(first, second, rest.#minus(second, divisor).#high / divisor.#high);
    return quotient;
  }

  equals(other: Extended): boolean {
    return this.#high === other.#high && this.#low === other.#low;
  }

  isLessThan(other: Extended): boolean {
    return this.#high < other.#high || (this.#high === other.#high && this.#low < other.#low);
  }

  /** This less so many times the other one, with all bits of two doubles. */
  #minus(times: number, other: Extended): Extended {
    const product = times * other.#high;
    const error = productError(times, other.#high, product) + times * other.#low;
    const rest = new Extended();
    const difference = this.#high - product;
    const part = difference - this.#high;
    rest.#high = difference;
    rest.#low = this.#high - (difference - part) - (product + part) + this.#low - error;
    rest.#high += rest.#low;
    rest.#low -= rest.#high - difference;
    return rest;
  }

  /** The sum of a number, two that are small beside it, and one that is small beside these, rounded to 64 bits. */
  #set(high: number, low: number, lower: number, lowest = 0): void {
    const small = low + lower;
    const part = small - low;
    const tiny = low - (small - part) + (lower - part) + lowest;
    const sum = high + small;
    const rest = small - (sum - high);
    const kept = Math.abs(sum) < SMALLEST || (rest === 0 && tiny === 0) ? 0 : this.#roundTo64(sum, rest, tiny);
    // What is half of the last bit may be on either side of it: equal numbers must be made of equal parts.
    this.#high = sum + kept;
    this.#low = kept - (this.#high - sum);
  }

  /** The bits behind those of `high` that 64 bits have room for. `tiny` is far smaller, and decides where it is half and half. */
  #roundTo64(high: number, low: number, tiny: number): number {
    const size = Math.abs(high);
    if (!(size >= this.#power && size < this.#power * 2)) this.#power = powerBelow(high);
    // Just below a power of two the bits are finer.
    const isFiner = size === this.#power && Math.sign(low) !== Math.sign(high);
    const unit = this.#power * (isFiner ? HALF_BIT_64 : BIT_64);
    const units = low / unit;
    const below = Math.floor(units);
    if (units - below === 0.5 && tiny !== 0) return (tiny > 0 ? below + 1 : below) * unit;
    return (units + ROUNDER - ROUNDER) * unit;
  }
}

const bits = new DataView(new ArrayBuffer(8));

/** The largest power of two that is not above the size of a number. */
function powerBelow(value: number): number {
  bits.setFloat64(0, value);
  return 2 ** (((bits.getUint16(0) >> 4) & 0x7ff) - 1023);
}

/** What a product of doubles lacks of the true one. */
function productError(a: number, b: number, product: number): number {
  const [highA, highB] = [highHalf(a), highHalf(b)];
  const [lowA, lowB] = [a - highA, b - highB];
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}

function highHalf(value: number): number {
  const scaled = SPLITTER * value;
  return scaled - (scaled - value);
}
