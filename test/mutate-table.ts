/** Damages tables as files are damaged: bytes, fields, lines, structure. */
import type { Random } from '../src/random.ts';

/** Values that have broken readers before. */
const NASTY = [
  '', ' ', '0', '-1', '-0', '1e308', '1e-308', '9007199254740993', '99999999999999999999', '2147483648', 'NaN', 'Infinity', '-Infinity',
  'null', 'None', 'true', '"', '""', '"x', "'", '\\', '{', '}', '[', ']', '{}', '[]', '[[', '\n', '\r\n', '\r', ',', ';', '\t', '|',
  '2024-02-30 00:00:00', '9999-12-31T23:59:59Z', '0000-01-01', 'UNLIMITED', '1-00:00:00', '4*cpu=1', '1*cpu=1/min=9', '0*cpu=1',
  '9999999999*cpu=9', '1*%=1', '1*__proto__=1', '1;1:ok;1:x', '7:start:1e9', '\u0000', '\uFEFF', '\u2028', 'é', '😀', '__proto__', 'constructor',
]; // prettier-ignore

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)];

/** One to four damages to a text. */
export function mutateText(text: string, random: Random): string {
  let damaged = text;
  for (let times = 1 + random.integer(4); times > 0; times--) damaged = pick(random, TEXT)(damaged, random);
  return damaged;
}

type Damage = (text: string, random: Random) => string;

const TEXT: readonly Damage[] = [
  (text, random) => splice(text, random, random.integer(3), ''),
  (text, random) => splice(text, random, 0, pick(random, NASTY)),
  (text, random) => splice(text, random, 1, String.fromCharCode(random.integer(128))),
  (text, random) => text.slice(0, random.integer(text.length + 1)),
  (text, random) => text.slice(random.integer(text.length + 1)),
  replaceField,
  replaceField,
  replaceField,
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 1)),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, lines[random.integer(lines.length)])),
  (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, pick(random, NASTY))),
  (text, random) => onLines(text, random, (lines, at) => (lines[at] += pick(random, [',', ',,', '"', ',x', '}', '{}']))),
  (text, random) => text.replaceAll('\n', pick(random, ['\r\n', '\r', '\n\n', ''])),
  (text, random) => text.replaceAll(pick(random, [',', ':', '"', '}']), pick(random, [';', '"', '', ',,'])),
  (text, random) => text + text.slice(random.integer(text.length + 1)),
];

function splice(text: string, random: Random, remove: number, insert: string): string {
  const at = random.integer(text.length + 1);
  return text.slice(0, at) + insert + text.slice(at + remove);
}

/** A field of a table or a value of JSON becomes another one. */
function replaceField(text: string, random: Random): string {
  const fields = [...text.matchAll(/[^,:{}\n]+/g)];
  if (fields.length === 0) return text;
  const field = pick(random, fields);
  return text.slice(0, field.index) + pick(random, NASTY) + text.slice(field.index + field[0].length);
}

function onLines(text: string, random: Random, change: (lines: string[], at: number) => void): string {
  const lines = text.split('\n');
  change(lines, random.integer(lines.length));
  return lines.join('\n');
}

/** Damages to bytes, mostly one; a third of them in the last part, where Parquet keeps what it says of itself. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  // Not `slice`: that of a Buffer is no copy.
  let damaged: Uint8Array = Uint8Array.from(bytes);
  const times = random.integer(4) === 0 ? 2 + random.integer(5) : 1;
  for (let time = 0; time < times; time++) {
    const end = damaged.length;
    const at = random.integer(3) > 0 ? random.integer(end + 1) : Math.max(0, end - 1 - random.integer(600));
    const kind = random.integer(13);
    if (kind < 4) damaged[at] = random.integer(256);
    else if (kind < 8) damaged[at] ^= 1 << random.integer(8);
    else if (kind === 8) damaged.fill(pick(random, [0, 127, 128, 255]), at, at + 1 + random.integer(8));
    else if (kind === 9) damaged = joined(damaged.subarray(0, at), damaged.subarray(at + 1 + random.integer(3)));
    else if (kind === 10) damaged = joined(damaged.subarray(0, at), Uint8Array.of(random.integer(256)), damaged.subarray(at));
    else if (kind === 11) damaged.copyWithin(at, random.integer(end + 1), random.integer(end + 1));
    // The largest number that fits into five bytes of a variable length.
    else damaged.set([255, 255, 255, 255, 15].slice(0, Math.max(0, end - at)), Math.min(at, end));
  }
  return damaged;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
