import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  type Load,
  statusAt,
  statusesOf,
  statusOf,
  ToolBusy,
  ToolEvent,
  ToolFailed,
  type ToolStatus,
  ToolTimeout,
} from '../src/index.js';
import { sameStatus } from '../src/status.js';

const ids = { tool: 't', callId: 'a' };
const failed = new ToolFailed({ ...ids, attempt: 1, cause: new Error('broken') });
const timedOut = new ToolTimeout({ ...ids, attempt: 1, limit: 'timeoutMs', ms: 5, outstanding: 'the first value' });
const busy = new ToolBusy({ ...ids, reason: 'queueFull', running: 1, queued: 0 });

const idle: Load = { running: 0, queued: 0, accepting: true };

/** An event of a call, at 10 ms. */
function event(type: ToolEvent['type'], load: Partial<Load> | undefined, more: object = {}): ToolEvent {
  const details = { v: 1, seq: 1, at: 10, type, ...ids, attempt: 1, args: null, values: 0, durationMs: 0 };
  return { ...details, ...(load ? { load: { ...idle, ...load } } : {}), ...more } as unknown as ToolEvent;
}

const registered = { v: 1, seq: 1, at: 0, type: 'tool.registered', tool: 't', description: 'A tool.' } as const;
const available: ToolStatus = { tool: 't', state: 'available', running: 0, queued: 0, accepting: true };

describe('statusOf', () => {
  it('is available after the registration', () => {
    expect(statusOf(undefined, registered)).to.deep.equal(available);
  });

  it('is nothing after the tool was unregistered', () => {
    expect(statusOf(available, { v: 1, seq: 2, at: 0, type: 'tool.unregistered', tool: 't' })).to.equal(undefined);
  });

  for (const [what, load, expected] of [
    ['available, where nothing runs', {}, available],
    ['busy, where calls run', { running: 2 }, { ...available, state: 'busy', running: 2 }],
    ['busy, where calls wait', { queued: 2 }, { ...available, state: 'busy', running: 0, queued: 2 }],
    [
      'rate_limited, until the time that is said',
      { availableAt: 15 },
      { ...available, state: 'rate_limited', availableAt: 15 },
    ],
    [
      'rate_limited rather than busy, where both are so',
      { running: 1, queued: 3, availableAt: 15 },
      { ...available, state: 'rate_limited', running: 1, queued: 3, availableAt: 15 },
    ],
    [
      'no longer rate_limited at that time itself',
      { running: 1, availableAt: 10 },
      { ...available, state: 'busy', running: 1 },
    ],
    ['what it accepts', { accepting: false }, { ...available, accepting: false }],
  ] as const) {
    it(`is ${what}`, () => {
      expect(statusOf(available, event('call.started', load))).to.deep.equal(expected);
    });
  }

  for (const [type, error] of [
    ['call.failed', failed],
    ['call.timedOut', timedOut],
  ] as const) {
    it(`is error after ${type}, with the error`, () => {
      expect(statusOf(available, event(type, {}, { error }))).to.deep.equal({ ...available, state: 'error', error });
    });
  }

  for (const [type, more] of [
    ['call.rejected', { error: busy }],
    ['call.cancelled', {}],
    ['call.attemptFailed', { error: failed }],
    ['call.settledLate', { error: failed }],
  ] as const) {
    it(`is no error after ${type}`, () => {
      expect(statusOf(available, event(type, {}, more))).to.deep.equal(available);
    });
  }

  it('hides an error behind what runs and what is limited, and still has it', () => {
    const error = { ...available, state: 'error' as const, error: failed };
    expect(statusOf(error, event('call.started', { running: 1 }))).to.deep.equal({
      ...available,
      state: 'busy',
      running: 1,
      error: failed,
    });
    expect(statusOf(error, event('call.queued', { queued: 1, availableAt: 20 }))).to.deep.equal({
      ...available,
      state: 'rate_limited',
      queued: 1,
      availableAt: 20,
      error: failed,
    });
  });

  it('has the latest error, until a success clears it', () => {
    const first = statusOf(available, event('call.failed', { running: 1 }, { error: failed }));
    const second = statusOf(first, event('call.timedOut', {}, { error: timedOut }));
    expect(second).to.include({ state: 'error', error: timedOut });
    expect(statusOf(second, event('call.succeeded', {}, { result: 1 }))).to.deep.equal(available);
  });

  it('keeps the error after a cancel and a rejection', () => {
    const error = statusOf(available, event('call.failed', {}, { error: failed }));
    expect(statusOf(error, event('call.cancelled', {}))).to.include({ state: 'error', error: failed });
    expect(statusOf(error, event('call.rejected', {}, { error: busy }))).to.include({ state: 'error', error: failed });
  });

  it('follows from an event in the middle of a history, but for an error of before', () => {
    expect(statusOf(undefined, event('call.emitted', { running: 3, queued: 1 }))).to.deep.equal({
      ...available,
      state: 'busy',
      running: 3,
      queued: 1,
    });
  });

  it('shows what the tool failed with where its fallback answered, and keeps what it had where a limit refused', () => {
    const before = statusOf(available, event('call.timedOut', {}, { error: timedOut }));
    const fellBack = (error?: object): ToolStatus | undefined =>
      statusOf(before, event('call.succeeded', {}, { fellBack: true, ...(error ? { error } : {}) }));
    expect([failed, busy, undefined].map((error) => (fellBack(error) as { error?: unknown }).error)).to.deep.equal([
      failed,
      timedOut,
      timedOut,
    ]);
  });

  for (const [what, other] of [
    ['of another tool', event('call.started', { running: 1 }, { tool: 'another' })],
    ['of a run', { v: 1, seq: 1, at: 10, type: 'run.succeeded', runId: 'r', durationMs: 1 } as const],
    ['that changes nothing of it', event('call.progressed', {})],
    ['of a call whose tool has been unregistered', event('call.succeeded', undefined, { result: 1 })],
  ] as const) {
    it(`is the same object after an event ${what}`, () => {
      expect(statusOf(available, other)).to.equal(available);
    });
  }

  it('gives the same for an event and for what its JSON says', () => {
    const original = event('call.failed', { running: 1 }, { error: failed });
    const decoded = ToolEvent.decode(JSON.parse(JSON.stringify(ToolEvent.encode(original))));
    const again = decoded._tag === 'Right' ? statusOf(available, decoded.right) : undefined;
    expect(JSON.stringify(again)).to.equal(JSON.stringify(statusOf(available, original)));
  });
});

describe('statusesOf', () => {
  it('changes the status of the event’s tool alone, in its place', () => {
    const statuses = { x: { ...available, tool: 'x' }, t: available, y: { ...available, tool: 'y' } };
    const after = statusesOf(statuses, event('call.started', { running: 1 }));
    expect(Object.keys(after)).to.deep.equal(['x', 't', 'y']);
    expect(after['t']).to.include({ state: 'busy' });
    expect(after['x']).to.equal(statuses.x);
    expect(statuses.t).to.equal(available);
  });

  it('adds a tool that is registered and takes out one that is not any more', () => {
    const added = statusesOf({}, registered);
    expect(added).to.deep.equal({ t: available });
    expect(statusesOf(added, { v: 1, seq: 2, at: 0, type: 'tool.unregistered', tool: 't' })).to.deep.equal({});
  });

  it('is the same object after an event that changes none', () => {
    const statuses = { t: available };
    expect(statusesOf(statuses, { v: 1, seq: 1, at: 0, type: 'run.cancelled', runId: 'r', durationMs: 0 })).to.equal(
      statuses,
    );
  });

  it('takes any name for a name', () => {
    const after = statusesOf({}, { ...registered, tool: '__proto__' });
    expect(Object.keys(after)).to.deep.equal(['__proto__']);
    expect(statusesOf({}, { ...event('call.cancelled', undefined), tool: 'toString' } as ToolEvent)).to.deep.equal({});
  });
});

describe('statusAt', () => {
  const limited: ToolStatus = { ...available, state: 'rate_limited', running: 0, availableAt: 20, accepting: false };

  it('is the same object before a rate limit has passed, and for what is not limited', () => {
    expect(statusAt(limited, 19)).to.equal(limited);
    expect(statusAt(available, 1_000)).to.equal(available);
  });

  it('holds nobody back once a rate limit has passed', () => {
    expect(statusAt(limited, 20)).to.deep.equal(available);
    expect(statusAt({ ...limited, running: 2 }, 21)).to.deep.equal({ ...available, state: 'busy', running: 2 });
    expect(statusAt({ ...limited, error: failed }, 20)).to.deep.equal({ ...available, state: 'error', error: failed });
  });
});

describe('sameStatus', () => {
  const status: fc.Arbitrary<ToolStatus> = fc
    .record({
      running: fc.nat(1),
      queued: fc.nat(1),
      accepting: fc.boolean(),
      availableAt: fc.constantFrom(20, 30),
      error: fc.constantFrom(undefined, failed, timedOut),
      type: fc.constantFrom('limited', 'free'),
    })
    .map(({ type, availableAt, error, ...load }) => {
      const started = event('call.failed', type === 'limited' ? { ...load, availableAt } : load, { error });
      return statusOf(available, started) as ToolStatus;
    });

  it('is true for what says the same, and for nothing else', () => {
    fc.assert(
      fc.property(status, status, (a, b) => {
        expect(sameStatus(a, { ...a })).to.equal(true);
        expect(sameStatus(a, b)).to.equal(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
      }),
    );
  });
});

function sorted(status: ToolStatus): unknown {
  return Object.entries(status).sort(([a], [b]) => (a < b ? -1 : 1));
}
