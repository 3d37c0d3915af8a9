/** What is not known is taken to lie on the line through the two points next to it; beyond the last ones, on theirs. `at` ascends. */
export function onLine(at: readonly number[], values: readonly number[], where: number): number {
  const exact = at.indexOf(where);
  if (exact >= 0 || at.length === 1) return values[Math.max(0, exact)];
  let high = at.findIndex((one) => one > where);
  if (high < 0) high = at.length - 1;
  high = Math.max(1, high);
  const share = (where - at[high - 1]) / (at[high] - at[high - 1]);
  return values[high - 1] + share * (values[high] - values[high - 1]);
}
