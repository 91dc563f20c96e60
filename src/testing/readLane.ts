import { readWritten } from './diagram.js';
import { readSubscription } from './subscriptions.js';
import type { PicturedLane } from './toSvg.js';

/**
 * A diagram as a lane of a picture: marble text, or a subscription, `'--^---!'`, which is drawn from `^` to `!`.
 *
 * @param values - What its letters stand for, for the legend. Default: themselves.
 * @throws TypeError for what is no text.
 *
 * @example
 * ```ts
 * toSvg([readLane('source', '--a---b|'), readLane('subs', '^------!')]);
 * ```
 */
export function readLane(name: string, marbles: string, values?: Readonly<Record<string, unknown>>): PicturedLane {
  if (/^[-\s\d.ms]*\^[-\s\d.ms]*!?\s*$/.test(marbles)) {
    const { subscribedFrame: from, unsubscribedFrame: until } = readSubscription(marbles);
    const to = until === Infinity ? undefined : until;
    const signs = [{ frame: from, sign: '^' }, ...(to === undefined ? [] : [{ frame: to, sign: '!' }])];
    return { name, signs, spans: [{ from, to, state: 'running' }] };
  }
  const signs = readWritten(marbles).map(({ frame, letter }) => ({ frame, sign: letter }));
  return { name, signs, ...(values ? { values } : {}) };
}
