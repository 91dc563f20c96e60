import { expect } from 'chai';
import * as fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';
import { ToolFailed, type ToolEvent } from '../../src/index.js';
import { type Lane, Mark, type RecordingDiagram, toMarbles } from '../../src/testing/index.js';
import { Play } from '../support/Play.js';
import { scenarios } from '../support/scenario.js';

/** The lanes as RxJS reads them: each notification as a text. */
function parsed(lanes: readonly Lane[]): readonly (readonly [number, string])[][] {
  return new TestScheduler(() => undefined).run(() =>
    lanes.map(({ text, values, error }) =>
      TestScheduler.parseMarbles(text, values, error, false, true).map(({ frame, notification }) => [
        frame,
        told(notification),
      ]),
    ),
  );
}

function told(notification: { readonly kind: string; readonly value?: unknown; readonly error?: unknown }): string {
  const { kind, value, error } = notification;
  if (kind === 'C') return 'C';
  if (kind === 'E') return `E ${JSON.stringify(error)}`;
  return `N ${value instanceof Mark ? value.mark : JSON.stringify(value)}`;
}

const words: Readonly<Record<string, string>> = {
  'call.started': 'N starts',
  'call.progressed': 'N reports progress',
  'call.retryScheduled': 'N fails, and will be tried again',
  'call.attemptFailed': 'N fails, and goes on all the same',
  'call.succeeded': 'C',
  'call.failed': 'E {"mark":"failed"}',
  'call.timedOut': 'N timed out',
  'call.rejected': 'N refused',
  'call.cancelled': 'N cancelled',
  'call.skipped': 'N skipped',
  'call.abandoned': 'N goes on unheard',
  'call.settledLate': 'N ends unheard',
  'approval.requested': 'N asks for approval',
  'run.started': 'N starts',
  'run.succeeded': 'C',
  'run.failed': 'E {"mark":"failed"}',
  'run.cancelled': 'N cancelled',
};

/** What has to be drawn, straight from the events: whose it is, when, and what; in no order. */
function expected(events: readonly ToolEvent[]): readonly string[] {
  const origin = events.find(({ at }) => Number.isFinite(at))?.at ?? 0;
  let latest = 0;
  const ends = new Map<string, unknown>();
  const drawn: string[] = [];
  const onlyRegistered = new Set<string>();
  for (const event of events as unknown as readonly Record<string, unknown>[]) {
    const { type, tool, callId, runId, step, value, reason, result } = event as Record<string, string>;
    const frame = Number(event['at']) - origin;
    latest = frame >= latest && frame < Infinity ? frame : latest;
    const isRun = type?.startsWith('run.') ?? false;
    if (isRun ? runId === undefined : tool === undefined) continue;
    if (!isRun && callId === undefined) {
      if (type !== 'tool.registered') onlyRegistered.delete(tool ?? '');
      else if (!drawn.some((line) => line.startsWith(`tool ${tool} `))) onlyRegistered.add(tool ?? '');
    }
    const owner = isRun ? 'run' : callId === undefined ? `tool ${tool}` : `call ${tool}`;
    let what = words[type ?? ''] ?? `N ${type}`;
    if (type === 'call.emitted') what = `N ${JSON.stringify(value)}`;
    if (type === 'call.queued') what = `N waits for a ${reason === 'rateLimit' ? 'rate permit' : 'slot'}`;
    if (type === 'approval.decided') what = event['approved'] ? 'N is approved' : 'N is not approved';
    if (type === 'run.advanced') {
      const flags = { skipped: 'skipped', fellBack: 'its fallback', resumed: 'taken from an earlier run' };
      const flag = Object.keys(flags).find((name) => event[name] === true);
      const end = ends.get(callId ?? '') as Record<string, string> | undefined;
      what = `N ${step} is done`;
      if (end) what = `N ${step}: ${end['type']?.slice('call.'.length)}`;
      if (flag !== undefined) what = `N ${step}: ${flags[flag as keyof typeof flags]}`;
      else if (end?.['type'] === 'call.succeeded') what = `N ${JSON.stringify({ [step ?? '']: end['result'] })}`;
    }
    if (callId !== undefined && /^call\.(succeeded|failed|timedOut|rejected|cancelled|skipped)$/.test(type ?? '')) {
      ends.set(callId, { type, result });
    }
    drawn.push(`${owner} ${latest} ${what}`);
  }
  return drawn.filter((line) => ![...onlyRegistered].some((tool) => line.startsWith(`tool ${tool} `))).sort();
}

let exactLanes = 0;
let otherLanes = 0;
let recordings = 0;

function expectFaithful(events: readonly ToolEvent[], diagram: RecordingDiagram): void {
  const { lanes, scale } = diagram;
  recordings++;
  const drawn = lanes.flatMap(({ kind, tool, messages }) =>
    messages.map(
      ({ frame, notification }) => `${kind === 'run' ? 'run' : `${kind} ${tool}`} ${frame} ${told(notification)}`,
    ),
  );
  expect([...drawn].sort()).to.deep.equal(expected(events));
  const allRead = parsed(lanes);
  lanes.forEach((lane, index) => {
    const read = allRead[index] ?? [];
    const said = lane.messages.map(({ frame, notification }) => [frame, told(notification)] as const);
    expect(lane.exact, lane.text).to.equal(lane.remarks.length === 0);
    expect(read.length, lane.text).to.equal(said.length);
    if (lane.exact) {
      exactLanes++;
      expect(
        read.map(([frame, what]) => [frame / scale, what]),
        lane.text,
      ).to.deep.equal(said);
    } else {
      otherLanes++;
      // As near as can be: the same, in the same order, and nothing before its time.
      const wrong = read.filter(([frame, what], at) => {
        const [ms = 0, really] = said[at] ?? [];
        const early = frame / scale < Math.min(ms, 1e14 / scale) - 1e-6;
        return early || (what !== really && what !== 'N undefined');
      });
      expect(wrong, lane.text).to.deep.equal([]);
    }
    const overlaps = lane.units.filter(
      ({ messages }, at) => at > 0 && (messages[0]?.frame ?? 0) <= (lane.units[at - 1]?.messages.at(-1)?.frame ?? 0),
    );
    expect(overlaps).to.deep.equal([]);
  });
  expect(diagram.exact).to.equal(lanes.every(({ exact }) => exact));
}

/** The recording, what is left of it when its beginning or its end is lost, and some of its events. */
function faithfulInPart(events: readonly ToolEvent[], cut: number, kept: readonly boolean[], scale?: number): void {
  const at = Math.round(events.length * cut);
  for (const part of [
    events,
    events.slice(at),
    events.slice(0, at),
    events.filter((_, index) => kept[index % kept.length]),
  ]) {
    expectFaithful(part, toMarbles(part, scale === undefined ? {} : { scale }));
  }
}

const cut = fc.double({ min: 0, max: 1, noNaN: true });
const kept = fc.array(fc.boolean(), { minLength: 1, maxLength: 9 });

describe('toMarbles', () => {
  it('draws what happened in random runs of real tools, exactly or saying that it does not', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(scenarios, cut, kept, async (scenario, part, some) => {
        const play = new Play({
          ...scenario,
          capacity: 10_000,
          reactions: scenario.reactions.filter(({ does }) => does !== 'throw'),
        });
        const events: ToolEvent[] = [];
        play.stage.orchestrator.history$.subscribe((event) => events.push(event));
        await play.run();
        faithfulInPart(events, part, some);
      }),
      { numRuns: 500 },
    );
  });

  const error = new ToolFailed({ tool: 't', callId: 'c', attempt: 1, cause: new Error('gone') });
  const type = fc.constantFrom(
    'call.queued',
    'call.started',
    'call.started',
    'call.emitted',
    'call.emitted',
    'call.progressed',
    'call.retryScheduled',
    'call.attemptFailed',
    'call.succeeded',
    'call.failed',
    'call.timedOut',
    'call.rejected',
    'call.cancelled',
    'call.skipped',
    'call.abandoned',
    'call.settledLate',
    'call.thought of later',
    'approval.requested',
    'approval.decided',
    'circuit.opened',
    'tool.registered',
    'tool.unregistered',
    'run.started',
    'run.advanced',
    'run.succeeded',
    'run.failed',
    'run.cancelled',
    'run.thought of later',
    'of nobody',
  );
  const event = fc.record({
    type,
    gap: fc.oneof(
      { weight: 6, arbitrary: fc.nat(4) },
      fc.nat(50_000),
      fc.constantFrom(0.5, 0.1, -3, NaN, Infinity, 1e17),
    ),
    who: fc.nat(5),
    tool: fc.constantFrom('search', 'fetch', 'context', '__proto__'),
    value: fc.oneof(
      fc.constantFrom<unknown>('a', { a: 1 }, { mark: 'starts' }, undefined),
      fc.jsonValue({ maxDepth: 1 }),
    ),
    reason: fc.constantFrom('concurrency', 'rateLimit'),
    approved: fc.boolean(),
    flags: fc.constantFrom({}, {}, {}, { skipped: true }, { fellBack: true }, { resumed: true }),
    skips: fc.constantFrom(1, 1, 1, 1, 2, -1),
  });
  const synthetic = fc.array(event, { maxLength: 30 }).map((drafts) => {
    let [at, seq] = [1_700_000_000_000, 0];
    return drafts.map(({ type: kind, gap, who, tool, value, reason, approved, skips, flags }) => {
      if (Number.isFinite(at + gap)) at += gap;
      const [noun] = kind.split('.');
      const ofRun = noun === 'run';
      return {
        v: 1,
        seq: (seq += skips),
        at: Number.isFinite(gap) ? at : gap,
        type: kind,
        attempt: 1,
        ...(kind === 'of nobody' || ofRun ? {} : { tool }),
        ...(noun === 'call' || noun === 'approval' ? { callId: `c${who}` } : {}),
        ...(ofRun ? { runId: `r${who % 2}` } : {}),
        ...(kind === 'run.advanced' ? { step: tool, callId: `c${who}` } : {}),
        ...flags,
        ...{ value, result: value, reason, approved, error, args: value },
      } as unknown as ToolEvent;
    });
  });

  it('draws random events, of unknown types and at impossible times too, exactly or saying that it does not', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(
        synthetic,
        cut,
        kept,
        fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        (events, part, some, scale) => {
          faithfulInPart(events, part, some, scale);
          expect(toMarbles(events).toString()).to.be.a('string');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  after(() => {
    // Where nothing was exact, or all was, the properties would have little to say.
    expect(recordings).to.be.at.least(10_000);
    expect(exactLanes).to.be.greaterThan(5_000);
    expect(otherLanes).to.be.greaterThan(1_000);
  });
});
