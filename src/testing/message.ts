import type { ObservableNotification } from 'rxjs';

/** One notification of a stream and the moment at which it came. */
export interface Message<A = unknown> {
  /** Virtual milliseconds since the beginning of the diagram. */
  readonly frame: number;
  readonly notification: ObservableNotification<A>;
}
