import { Observable } from 'rxjs';
import { upstreamOf } from '../operators/upstream.js';
import type { CallHost } from './callHost.js';
import type { ToolError } from './error.js';

/** A run of a flow or of a parallel group. */
export interface Run {
  readonly runId: string;
  readonly kind: 'chain' | 'parallel';
  readonly name: string;
  /** The keys of its steps or members. */
  readonly steps: readonly string[];
  readonly parentId?: string | undefined;
}

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
  { runId, kind, name, steps, parentId }: Run,
  begin: (advanced: (step: string, callId: string) => void) => Observable<T>,
): Observable<T> {
  return new Observable<T>((subscriber) => {
    const startedAt = host.clock.now();
    const ofRun = { runId, ...(parentId === undefined ? {} : { parentId }) };
    const duration = () => ({ durationMs: host.clock.now() - startedAt });
    /** How many steps are done. */
    let done = 0;
    /** True while the subscriber is being given a value. */
    let giving = false;
    /** True once the run's end has been published. */
    let ended = false;
    const end = (publish: () => void): void => {
      if (ended) return;
      ended = true;
      publish();
    };

    const endAs = (type: 'run.succeeded' | 'run.cancelled'): void => {
      end(() => {
        host.bus.publish(() => ({ type, ...ofRun, ...duration() }));
      });
    };
    const fail = (error: ToolError): void => {
      end(() => {
        host.bus.publish(() => ({ type: 'run.failed', ...ofRun, ...duration(), error: host.showError(error) }));
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
      endAs(giving && done === steps.length ? 'run.succeeded' : 'run.cancelled');
    });

    host.bus.publish(() => ({ type: 'run.started', ...ofRun, kind, name, steps }));
    if (subscriber.closed) return;
    try {
      const advanced = (step: string, callId: string): void => {
        done++;
        host.bus.publish(() => ({ type: 'run.advanced', ...ofRun, step, callId }));
      };
      upstream.start(begin(advanced));
    } catch (error) {
      fail(error as ToolError);
    }
  });
}
