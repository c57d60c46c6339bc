/** Of a list that ascends by `offsetOf`, the last element that is not after `offset`. */
export function lastNotAfter<T>(list: readonly T[], offset: number, offsetOf: (element: T) => number): T | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsetOf(list[middle]) <= offset) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}
