/** JSON as we write it to files: indented, a line feed at the end. What is not a number is null. */
export function jsonText(value: unknown): string {
  const plain = (_key: string, item: unknown) => (typeof item === 'number' && !Number.isFinite(item) ? null : item);
  return `${JSON.stringify(value, plain, 2)}\n`;
}
