/** Work with an order: for each piece how long it takes, and which pieces must be done before. */
export interface Jobs {
  readonly ms: readonly number[];
  readonly needs: readonly (readonly number[])[];
}

/** When each piece is done where every piece begins as soon as it can. */
export function earliestEnds({ ms, needs }: Jobs): readonly number[] {
  const ends: number[] = [];
  const endOf = (at: number): number =>
    (ends[at] ??= Math.max(0, ...(needs[at] as readonly number[]).map(endOf)) + (ms[at] as number));
  ms.forEach((_, at) => endOf(at));
  return ends;
}

/**
 * How long the best of all schedules takes on so many machines, by trying them: whenever a piece is done, any of those
 * that could begin may begin, or be left for later.
 */
export function shortest({ ms, needs }: Jobs, machines: number): number {
  let best = ms.reduce((sum, each) => sum + each, 0);
  const isDone = ms.map(() => false);
  const hasBegun = ms.map(() => false);
  const rest = (): number => ms.reduce((sum, each, at) => (hasBegun[at] ? sum : sum + each), 0);

  const decide = (now: number, running: readonly (readonly [at: number, end: number])[], from: number): void => {
    if (now + rest() / machines >= best && running.every(([, end]) => end <= best) && rest() > 0) return;
    if (running.length < machines) {
      for (let at = from; at < ms.length; at++) {
        if (hasBegun[at] || !(needs[at] as readonly number[]).every((need) => isDone[need])) continue;
        hasBegun[at] = true;
        decide(now, [...running, [at, now + (ms[at] as number)]], at + 1);
        hasBegun[at] = false;
      }
    }
    if (running.length === 0) {
      if (hasBegun.every(Boolean)) best = Math.min(best, now);
      return;
    }
    const next = Math.min(...running.map(([, end]) => end));
    if (next > best) return;
    const ended = running.filter(([, end]) => end === next);
    for (const [at] of ended) isDone[at] = true;
    decide(
      next,
      running.filter(([, end]) => end > next),
      0,
    );
    for (const [at] of ended) isDone[at] = false;
  };
  decide(0, [], 0);
  return best;
}
