/** Up to three of `names` that `name` may have been meant for, the nearest first. For error messages. */
export function closest(name: string, names: Iterable<string>): readonly string[] {
  const wanted = name.slice(0, 64).toLowerCase();
  const tolerated = Math.max(2, Math.floor(wanted.length / 2));
  const near: { readonly name: string; readonly distance: number }[] = [];
  for (const candidate of names) {
    const other = candidate.slice(0, 64).toLowerCase();
    if (Math.abs(other.length - wanted.length) > tolerated && !contains(other, wanted)) continue;
    const distance = contains(other, wanted) ? 1 : editDistance(wanted, other);
    if (distance <= tolerated) near.push({ name: candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, 3).map((candidate) => candidate.name);
}

function contains(a: string, b: string): boolean {
  return b.length >= 3 && a.length >= 3 && (a.includes(b) || b.includes(a));
}

/** Levenshtein's distance: insertions, deletions and substitutions of one character. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
