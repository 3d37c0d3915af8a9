/**
 * Text of users at the edge of a terminal. Names of policies, users and files come from traces and scenarios, and may hold
 * characters that a terminal obeys: it would move its cursor, change its title, hide lines or run them backwards.
 */

/** Colours that we use ourselves (picocolors); nothing that hides. */
const OUR_COLORS = /^\x1b\[(?:0|1|2|22|3[1-6]|39|90)m/;

/** Control characters of ASCII and of Latin 1, those that separate lines, and those that change the direction of text. */
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The text in one line, with such characters as escapes: `\x1b`, `\n`, `\u202e`. */
export function plain(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** The same for text of several lines, with colours of our own. */
export function plainLines(text: string): string {
  return text.replace(UNSAFE, (character, at: number) => {
    if (character === '\n') return character;
    return character === '\x1b' && OUR_COLORS.test(text.slice(at, at + 8)) ? character : escaped(character);
  });
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return (
    SHORT[character] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
  );
}
