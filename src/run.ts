import { Observable } from 'rxjs';
import { upstreamOf } from '../operators/upstream.js';
import type { CallHost } from './callHost.js';
import type { ToolError } from './error.js';
import type { Inexact } from './event.js';
import type { Json } from './json.js';
import type { Outcome } from './runStep.js';

/** A run of a flow or of a parallel group. */
export interface Run {
  readonly runId: string;
  readonly kind: 'chain' | 'plan' | 'parallel';
  readonly name: string;
  /** The keys of its steps or members. */
  readonly steps: readonly string[];
  readonly parentId?: string | undefined;
  /** What its first event says beside that; made when the event is. */
  readonly details?: () => RunDetails;
  /** True when nothing is left to do, so that a subscriber that leaves has its result. Default: every step is done. */
  readonly isDone?: () => boolean;
}

/** What a flow's run says of itself, so that it can be drawn and resumed from its events. */
export interface RunDetails {
  /** For each step the positions of those that it needs; in a chain left out. */
  readonly dependencies?: readonly (readonly number[])[];
  /** For each step a digest of what it says. */
  readonly digests?: readonly string[];
  readonly input?: Json;
  readonly inexact?: Inexact;
  /** True where it goes on from an earlier run of this id. */
  readonly resumed?: true;
}

/** Tells that a step is done; of a flow's step also what came of it. */
export type Advanced = (step: string, callId: string, outcome?: Outcome) => void;

/**
 * Publishes the events of a run around what it does: that it started, each step that is done, and its one end, which
 * comes after the ends of its calls and before the subscriber is told. A subscriber that leaves while it is being given
 * the result (`first`, `take`, `firstValueFrom`) has what it wanted: the run has succeeded. One that leaves at any other
 * time has cancelled it.
 *
 * @param begin - Begins the run, or throws a ToolError; is given what to call when a step is done.
 */
export function withRunEvents<T>(
  host: CallHost,
  { runId, kind, name, steps, parentId, details, isDone }: Run,
  begin: (advanced: Advanced) => Observable<T>,
): Observable<T> {
  return new Observable<T>((subscriber) => {
    const startedAt = host.clock.now();
    const ofRun = { runId, ...(parentId === undefined ? {} : { parentId }) };
    const duration = () => ({ durationMs: host.clock.now() - startedAt });
    /** How many steps are done. */
    let done = 0;
    /** True while the subscriber is being given a value. */
    let giving = false;
    /** True once the run has failed; what of it goes on ends before that is told, also where the subscriber leaves by then. */
    let failing = false;
    /** True once the run's end has been published. */
    let ended = false;
    const end = (publish: () => void): void => {
      if (ended) return;
      ended = true;
      publish();
    };

    const endAs = (type: 'run.succeeded' | 'run.cancelled'): void => {
      end(() => {
        host.bus.publish(undefined, () => ({ type, ...ofRun, ...duration() }));
      });
    };
    const fail = (error: ToolError): void => {
      end(() => {
        host.bus.publish(undefined, () => ({
          type: 'run.failed',
          ...ofRun,
          ...duration(),
          error: host.showError(error),
        }));
      });
      subscriber.error(error);
    };
    const upstream = upstreamOf<T>(subscriber, {
      next: (value) => {
        giving = true;
        subscriber.next(value);
        giving = false;
      },
      error: (error) => {
        failing = true;
        try {
          upstream.stop();
        } finally {
          fail(error as ToolError);
        }
      },
      complete: () => {
        endAs('run.succeeded');
        subscriber.complete();
      },
    });
    // Added after the upstream, whose calls end first.
    subscriber.add(() => {
      if (failing) return;
      const isResult = giving && (isDone ? isDone() : done === steps.length);
      endAs(isResult ? 'run.succeeded' : 'run.cancelled');
    });

    host.bus.publish(undefined, () => ({ type: 'run.started', ...ofRun, kind, name, steps, ...details?.() }));
    if (subscriber.closed) return;
    try {
      const advanced: Advanced = (step, callId, outcome) => {
        done++;
        host.bus.publish(undefined, () => ({
          type: 'run.advanced',
          ...ofRun,
          step,
          callId,
          ...(outcome ? markOf(outcome) : {}),
        }));
      };
      upstream.start(begin(advanced));
    } catch (error) {
      fail(error as ToolError);
    }
  });
}

/** How a step came to its result, where it was not by its calls. */
function markOf(outcome: Outcome): { readonly fellBack?: true; readonly resumed?: true; readonly skipped?: true } {
  if (outcome.kind === 'skipped') return { skipped: true };
  const { fellBack, resumed } = outcome;
  return { ...(fellBack ? { fellBack } : {}), ...(resumed ? { resumed } : {}) };
}
