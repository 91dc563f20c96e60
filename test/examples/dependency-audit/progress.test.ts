import { expect } from 'chai';
import { lastValueFrom, scan } from 'rxjs';
import type { Json, ToolEvent } from 'toolstream';
import { audit, createAuditor } from '../../../examples/dependency-audit/audit.js';
import {
  endedCalls,
  expectedCalls,
  NO_PROGRESS,
  progressOf,
  shareDone,
  timingOf,
} from '../../../examples/dependency-audit/progress.js';
import { temporaryFolders } from './temporaryFolders.js';

const load = { running: 0, queued: 0, accepting: true };
const ofCall = (callId: string, at: number) => ({
  v: 1 as const,
  seq: at,
  at,
  tool: 'readManifest',
  callId,
  attempt: 1,
  load,
});

const started = (callId: string, at: number): ToolEvent => ({
  ...ofCall(callId, at),
  type: 'call.started',
  args: {},
  waitedMs: 0,
});
const cancelled = (callId: string, at: number): ToolEvent => ({
  ...ofCall(callId, at),
  type: 'call.cancelled',
  args: {},
  values: 0,
  durationMs: 999,
});
const progressed = (progress: Json, at: number): ToolEvent => ({
  ...ofCall('x', at),
  type: 'call.progressed',
  progress,
});

const after = (...events: readonly ToolEvent[]) => events.reduce(progressOf, NO_PROGRESS);

describe('progressOf', () => {
  const { project } = temporaryFolders();

  it('adds up the time of the calls, without what they waited, and the time of the whole', () => {
    const progress = after(
      started('a', 100),
      started('b', 110),
      cancelled('a', 130),
      cancelled('b', 150),
      cancelled('queued', 160),
    );
    expect(timingOf(progress)).to.deep.equal({ totalMs: 60, callsMs: 70, calls: 3 });
  });

  it('counts the calls that ended, by tool and together', () => {
    const progress = after(started('a', 1), cancelled('a', 2));
    expect([endedCalls(progress), endedCalls(progress, 'readManifest'), endedCalls(progress, 'other')]).to.deep.equal([
      1, 1, 0,
    ]);
  });

  it('knows how many calls there will be as soon as the packages are counted', () => {
    expect(expectedCalls(after(started('a', 1)))).to.equal(undefined);
    expect(expectedCalls(after(progressed({ packages: 10 }, 1)))).to.equal(44);
    expect(expectedCalls(after(progressed({ else: 10 }, 1)))).to.equal(undefined);
  });

  it('has taken no time before the first event', () => {
    expect(timingOf(NO_PROGRESS)).to.deep.equal({ totalMs: 0, callsMs: 0, calls: 0 });
    expect(shareDone(NO_PROGRESS)).to.equal(0);
  });

  it('reaches exactly the whole when an audit is done', async () => {
    const auditor = createAuditor();
    let progress = NO_PROGRESS;
    const watching = auditor.events$.pipe(scan(progressOf, NO_PROGRESS)).subscribe((latest) => (progress = latest));
    await lastValueFrom(
      audit(auditor, await project({ '': {}, 'node_modules/a': { manifest: {} }, 'node_modules/b': {} })),
    );
    watching.unsubscribe();
    expect(shareDone(progress)).to.equal(1);
    expect(endedCalls(progress)).to.equal(expectedCalls(progress));
  });
});
