/**
 * Sorts as qsort of the GNU C library does, by merging halves. Where "may preempt" goes round in circles, no order is
 * right, and the one that a real controller ends up with depends on who is compared with whom.
 */
export function mergeSort<Item>(items: readonly Item[], compare: (a: Item, b: Item) => number): Item[] {
  if (items.length <= 1) return [...items];
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), compare);
  const right = mergeSort(items.slice(middle), compare);
  const merged: Item[] = [];
  let [next, other] = [0, 0];
  while (next < left.length && other < right.length) {
    merged.push(compare(left[next], right[other]) <= 0 ? left[next++] : right[other++]);
  }
  while (next < left.length) merged.push(left[next++]);
  while (other < right.length) merged.push(right[other++]);
  return merged;
}
