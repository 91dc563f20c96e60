/** The value below which this share of the numbers lies, from 0 to 1. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Half of the numbers lie below it. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The middle half. */
export function spreadOf(numbers: readonly number[]): readonly [number, number] {
  return [quantile(numbers, 0.25), quantile(numbers, 0.75)];
}
