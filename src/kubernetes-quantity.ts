/**
 * Kubernetes' quantities (`500m`, `1.5Gi`, `2e3`), read exactly and rounded up to whole units.
 * Source: apimachinery, pkg/api/resource (quantity.go, suffix.go).
 */
import type { Resources } from './kubernetes.ts';
import type { JsonField } from './kubernetes-json.ts';

const DECIMAL_EXPONENTS: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY_EXPONENTS: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])|[eE]([+-]?\d{1,3}))?$/;

/** A quantity times 10^`scale`, rounded up to a whole number; undefined if the text is no quantity. */
export function parseQuantity(text: string, scale: 0 | 3 = 0): bigint | undefined {
  const parts = QUANTITY.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole, fraction = '', suffix = '', exponent] = parts;
  if (whole === '' && fraction === '') return undefined;
  let numerator = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  let power = scale - fraction.length;
  if (suffix in BINARY_EXPONENTS) numerator <<= BigInt(BINARY_EXPONENTS[suffix]);
  else power += exponent === undefined ? DECIMAL_EXPONENTS[suffix] : Number(exponent);
  if (power >= 0) return numerator * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  const quotient = numerator / divisor;
  return numerator > quotient * divisor ? quotient + 1n : quotient;
}

/** Of a GPU. A power of two, so that sums and differences of such parts are exact, in any order. */
const PARTS = 2 ** 30;

/**
 * A share of GPUs as an amount of their resource. Rounded down to a grid on which doubles reckon exactly: thousandths are
 * not on it, and what their sums are off would be taken from whole GPUs that are free. Shares that fill GPUs together
 * come out a millionth of a thousandth short each, which makes room for none that did not fit.
 */
export function gpuShare(thousandths: number): number {
  return Math.floor((thousandths * PARTS) / 1000) / PARTS;
}

/** A map of resource names to quantities: `cpu` in millicores, all others in whole units. */
export function readResources(field: JsonField): Resources {
  const resources = new Map<string, number>();
  for (const [name, quantity] of field.entries()) resources.set(name, readQuantity(quantity, name === 'cpu' ? 3 : 0));
  return resources;
}

function readQuantity(field: JsonField, scale: 0 | 3): number {
  const { value } = field;
  const text = typeof value === 'number' ? String(value) : value;
  const amount = typeof text === 'string' ? parseQuantity(text, scale) : undefined;
  if (amount === undefined) throw field.wrong('a quantity such as "500m", "16Gi" or 4');
  const number = Number(amount);
  if (!Number.isSafeInteger(number)) throw field.wrong('a quantity below 2^53');
  return number;
}
