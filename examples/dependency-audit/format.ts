const NUMBER = new Intl.NumberFormat('en');

/** `1,234` */
export function formatNumber(number: number): string {
  return NUMBER.format(number);
}

/** `1 package`, `2 packages`, `1,234 packages` */
export function formatCount(number: number, thing: string): string {
  return `${formatNumber(number)} ${thing}${number === 1 ? '' : 's'}`;
}

/** `417 ms` below a second, `2.1 s` above. */
export function formatMs(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** `999 B`, `1.5 kB`, `12.3 MB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
