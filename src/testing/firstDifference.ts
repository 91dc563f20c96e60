import type { ObservableNotification } from 'rxjs';
import { notificationDifference } from './diagram.js';
import type { Difference } from './difference.js';
import type { Message } from './message.js';

/** Where two diagrams first differ. */
export interface Place {
  /** As the how manyth message. */
  readonly at: number;
  readonly frame: number;
  /** As the how manyth of its frame. */
  readonly index: number;
  readonly expected: ObservableNotification<unknown> | undefined;
  readonly actual: ObservableNotification<unknown> | undefined;
  /** What differs inside, where something of the same kind came at the same time. */
  readonly difference: Difference | undefined;
}

/** The first place at which what came is not what was expected; undefined where there is none. */
export function firstDifference(expected: readonly Message[], actual: readonly Message[]): Place | undefined {
  const length = Math.max(expected.length, actual.length);
  let index = 0;
  let frame = NaN;
  for (let at = 0; at < length; at++) {
    const [e, a] = [expected[at], actual[at]];
    const now = Math.min(e?.frame ?? Infinity, a?.frame ?? Infinity);
    index = now === frame ? index + 1 : 0;
    frame = now;
    const place = { at, frame, index };
    if (!e || !a || e.frame !== a.frame) {
      const [inTime, came] = [e, a].map((message) => (message?.frame === now ? message.notification : undefined));
      return { ...place, expected: inTime, actual: came, difference: undefined };
    }
    const difference = notificationDifference(e.notification, a.notification);
    if (difference) return { ...place, expected: e.notification, actual: a.notification, difference };
  }
  return undefined;
}
