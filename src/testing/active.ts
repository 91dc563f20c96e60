import { isInRun } from './frames.js';
import type { Session } from './Session.js';

let active: { readonly name: string; readonly session: Session } | undefined;

/**
 * Makes a test the one that runs: there can be one at a time, for RxJS and the host have one clock each.
 *
 * @returns what ends that.
 * @throws Error inside of another.
 */
export function enter(name: string, create: () => Session): { readonly session: Session; readonly leave: () => void } {
  if (active) throw new Error(`${name} was called while ${active.name} is running: one test at a time`);
  if (isInRun()) {
    throw new Error(`${name} was called inside TestScheduler.run, whose clock it would take away`);
  }
  const session = create();
  active = { name, session };
  return {
    session,
    leave: () => {
      active = undefined;
      session.dispose();
    },
  };
}

/** The test that runs. @throws Error where there is none. */
export function activeSession(who: string): Session {
  if (active) return active.session;
  throw new Error(`${who} was called outside of marbles(…) and virtualTime(…): there is no virtual time there`);
}
