import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { concat, firstValueFrom, NEVER, of, retry, throwError } from 'rxjs';
import { type AnyTool, isToolTimeout, type ToolCall } from '../src/index.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

/** A tool that hands its calls out, and reads their signals as they begin unless it is to do so later. */
function handing(
  run: (given: never, call: ToolCall) => unknown,
  { readLater = false, ...settings }: Partial<AnyTool> & { readonly readLater?: boolean } = {},
) {
  const calls: ToolCall[] = [];
  const tool = toolOf((given, call) => {
    calls.push(call);
    if (!readLater) expect(call.signal.aborted).to.equal(false);
    return run(given, call);
  }, settings);
  return { tool, calls };
}

describe('call.signal', () => {
  failOnUnhandledRejections();

  it('fires when the caller leaves, before the event that says so', () => {
    const fired: string[] = [];
    const { tool } = handing((_given, { signal }) => {
      signal.addEventListener('abort', () => fired.push(String(stage.log.at(-1))));
      return NEVER;
    });
    const stage = new Stage([tool]);
    stage.call('a').unsubscribe();
    expect(fired).to.deep.equal(['0 a started']);
  });

  it('has an AbortError for a reason, where the caller left', () => {
    const { tool, calls } = handing(() => NEVER);
    new Stage([tool]).call('a').unsubscribe();
    expect(calls[0]?.signal.reason).to.have.property('name', 'AbortError');
  });

  for (const limit of ['timeoutMs', 'deadlineMs'] as const) {
    it(`has the ToolTimeout for a reason, where ${limit} was exceeded`, () => {
      const { tool, calls } = handing(() => NEVER, { [limit]: 5 });
      const stage = new Stage([tool]);
      const told: unknown[] = [];
      stage.call('a', {}, { error: (error) => told.push(error) });
      stage.flush();
      const { signal } = calls[0] as ToolCall;
      const reason: unknown = signal.reason;
      expect(signal.aborted).to.equal(true);
      expect(isToolTimeout(reason) && reason.limit).to.equal(limit);
      expect(told).to.deep.equal([reason]);
    });
  }

  for (const [how, run] of [
    ['completed', () => of('x')],
    ['resolved', () => Promise.resolve('x')],
    ['ended as a generator', () => ['x'][Symbol.iterator]()],
  ] as const) {
    it(`does not fire after a run that has ${how}`, async () => {
      const { tool, calls } = handing(() => run());
      const stage = new Stage([tool]);
      stage.call('a').add(() => undefined);
      await stage.play();
      expect(stage.log.at(-1)).to.equal('0 a > end');
      expect(calls[0]?.signal.aborted).to.equal(false);
    });
  }

  it('does not fire where the caller takes the one value of a promise', async () => {
    const { tool, calls } = handing(() => Promise.resolve('x'));
    const stage = new Stage([tool]);
    await firstValueFrom(stage.orchestrator.execute('t', {}));
    expect(calls[0]?.signal.aborted).to.equal(false);
  });

  it('fires where the caller takes the first of more values', async () => {
    const { tool, calls } = handing(() => concat(of('x'), NEVER));
    const stage = new Stage([tool]);
    await firstValueFrom(stage.orchestrator.execute('t', {}));
    expect(calls[0]?.signal.aborted).to.equal(true);
  });

  it('has fired already, where it is read for the first time after the cancel', () => {
    const { tool, calls } = handing(() => NEVER, { readLater: true });
    const stage = new Stage([tool]);
    stage.call('a').unsubscribe();
    expect(calls[0]?.signal.aborted).to.equal(true);
  });

  it('has not fired, where it is read for the first time after a normal end', () => {
    const { tool, calls } = handing(() => of('x'), { readLater: true });
    new Stage([tool]).call('a');
    expect(calls[0]?.signal.aborted).to.equal(false);
  });

  it('is the same at each reading, and another for each attempt', () => {
    const { tool, calls } = handing(() => throwError(() => new Error('broken')), { operators: [retry(1)] });
    new Stage([tool]).call('a');
    const [first, second] = calls;
    expect(first?.signal).to.equal(first?.signal);
    expect(first?.signal).not.to.equal(second?.signal);
  });

  it('is not made unless it is read', () => {
    const { AbortController: original } = globalThis;
    let made = 0;
    globalThis.AbortController = class extends original {
      constructor() {
        super();
        made++;
      }
    };
    try {
      const stage = new Stage([toolOf((given) => given, { timeoutMs: 5 })]);
      stage.call('a', of('x'));
      stage.call('b', NEVER).unsubscribe();
      stage.call('c', NEVER);
      stage.flush();
      expect(made).to.equal(0);
      stage.orchestrator.register(toolOf((_given, { signal }) => of(signal.aborted), { name: 'reads' }));
      stage.call('d', {}, { tool: 'reads' });
      expect(made).to.equal(1);
    } finally {
      globalThis.AbortController = original;
    }
  });

  it('has no listener but those of the tool, however many attempts there are', () => {
    const { tool, calls } = handing(() => throwError(() => new Error('broken')), {
      operators: [retry(100)],
    });
    new Stage([tool]).call('a');
    expect(calls).to.have.length(101);
    for (const { signal } of calls) expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });
});
