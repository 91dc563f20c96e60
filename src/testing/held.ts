/** Something that may hold permits, waiters or timers, and says how many: a gate, a cache, an orchestrator. */
export type Gate = object;

/** The counters that gates have. All are 0 where nothing is held. */
const counters = ['running', 'queued', 'permits', 'waiting', 'pending', 'timers'] as const;

/**
 * What a gate holds, each as `2 permits`; empty where it is nothing.
 *
 * @throws TypeError for what has no such counter: there is nothing to be said of it.
 */
export function heldBy(gate: Gate): readonly string[] {
  const stats = (gate as { readonly stats?: unknown }).stats;
  const counted = (typeof stats === 'function' ? stats.call(gate) : gate) as Readonly<Record<string, unknown>>;
  const known = counters.filter((name) => typeof counted[name] === 'number');
  if (known.length === 0) {
    throw new TypeError(
      `expected a gate or an orchestrator, with a number of ${counters.join(', ')}; got none of them`,
    );
  }
  return known.flatMap((name) => {
    const count = counted[name] as number;
    return count === 0 ? [] : [`${count} ${words[name][count === 1 ? 0 : 1]}`];
  });
}

const words = {
  running: ['call running', 'calls running'],
  queued: ['call waiting', 'calls waiting'],
  permits: ['permit', 'permits'],
  waiting: ['place in a queue', 'places in queues'],
  pending: ['deadline', 'deadlines'],
  timers: ['timer', 'timers'],
} as const;
