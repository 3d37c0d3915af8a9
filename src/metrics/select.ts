/**
 * Moves values about until `values[rank]` is what it would be if all were sorted, with nothing larger before it and
 * nothing smaller behind it within [from, until). Takes linear time where a sort takes n log n.
 * Source: Hoare, "Algorithm 65: Find", CACM 4(7), 1961; the pivot is the median of three.
 */
export function selectRank(values: Float64Array, rank: number, from = 0, until = values.length): void {
  let low = from;
  let high = until - 1;
  while (low < high) {
    const pivot = medianOfThree(values[low], values[(low + high) >> 1], values[high]);
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const value = values[left];
      values[left++] = values[right];
      values[right--] = value;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else return; // between the two all are equal to the pivot
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
