import { expect } from 'chai';
import { NEVER, retry } from 'rxjs';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

/** A tool that ignores its signal, and counts how much of it is at work. */
function stubborn(stage: () => Stage, settings: Parameters<typeof toolOf>[1]) {
  const atWork = { now: 0, most: 0 };
  const tool = toolOf((ms: number) => {
    atWork.most = Math.max(atWork.most, ++atWork.now);
    return stage()
      .later(ms, 'late')
      .finally(() => atWork.now--);
  }, settings);
  return { tool, atWork };
}

describe('a tool that ignores its signal', () => {
  failOnUnhandledRejections();

  it('is timed out on time, said to be abandoned, and heard of when it resolves', async () => {
    const stage: Stage = new Stage([toolOf(() => stage.later(12, 'late'), { timeoutMs: 5 })]);
    stage.call('a');
    await stage.play();
    expect(stage.log).to.deep.equal([
      '0 a started',
      '5 a timedOut',
      '5 a > ToolTimeout',
      '5 a abandoned',
      '12 a settledLate',
    ]);
    expect(stage.event('call.settledLate')).to.include({ lateMs: 7, attempt: 1 }).and.not.have.property('error');
  });

  it('is heard of with what it throws, which is no unhandled rejection', async () => {
    const stage: Stage = new Stage([toolOf(() => stage.laterFails(12, new Error('too late')), { timeoutMs: 5 })]);
    stage.call('a');
    await stage.play();
    const { error, lateMs } = stage.event('call.settledLate');
    expect(error?.message).to.equal("'t' failed: too late");
    expect(lateMs).to.equal(7);
  });

  it('is not abandoned where it had nothing pending: an Observable is torn down', () => {
    const stage = new Stage([toolOf(() => NEVER, { timeoutMs: 5 })]);
    stage.call('a');
    stage.flush();
    expect(stage.log.at(-1)).to.equal('5 a > ToolTimeout');
  });

  it('is abandoned once for each attempt, and each is heard of with its number', async () => {
    const stage: Stage = new Stage([
      toolOf(() => stage.later(12, 'late'), { timeoutMs: 5, operators: [retry({ count: 1 })] }),
    ]);
    stage.call('a');
    await stage.play();
    const late = stage.events.flatMap((event) =>
      event.type === 'call.abandoned' || event.type === 'call.settledLate'
        ? [`${String(event.at)} ${event.type} ${String(event.attempt)}`]
        : [],
    );
    expect(late).to.deep.equal([
      '5 call.abandoned 1',
      '10 call.abandoned 2',
      '12 call.settledLate 1',
      '17 call.settledLate 2',
    ]);
  });

  it('is abandoned by a cancel and by a deadline too', async () => {
    const stage: Stage = new Stage([toolOf(() => stage.later(12, 'late'), { deadlineMs: 5 })]);
    stage.call('a');
    stage.call('b').unsubscribe();
    await stage.play();
    expect(stage.log.filter((line) => line.includes('abandoned'))).to.deep.equal(['0 b abandoned', '5 a abandoned']);
  });
});

describe("releaseOn: 'teardown'", () => {
  failOnUnhandledRejections();

  it('frees the slot at the timeout: more may be at work than there are slots', async () => {
    const { tool, atWork } = stubborn(() => stage, { timeoutMs: 5, concurrency: 1 });
    const stage: Stage = new Stage([tool]);
    stage.call('a', 12);
    stage.call('b', 1);
    await stage.play();
    expect(stage.event('call.started', 'b').at).to.equal(5);
    expect(atWork).to.deep.equal({ now: 0, most: 2 });
    stage.expectNothingHeld();
  });
});

describe("releaseOn: 'settle'", () => {
  failOnUnhandledRejections();

  it('keeps the slot until the promise has settled, and gives it to the next in that tick', async () => {
    const { tool, atWork } = stubborn(() => stage, { timeoutMs: 5, concurrency: 1, releaseOn: 'settle' });
    const stage: Stage = new Stage([tool]);
    stage.call('a', 12);
    stage.call('b', 1);
    await stage.play();
    expect(stage.log).to.deep.equal([
      '0 a started',
      '0 b queued',
      '5 a timedOut',
      '5 a > ToolTimeout',
      '5 a abandoned',
      '12 a settledLate',
      '12 b started',
      '13 b emitted',
      '13 b > late',
      '13 b succeeded',
      '13 b > end',
    ]);
    expect(atWork).to.deep.equal({ now: 0, most: 1 });
    stage.expectNothingHeld();
  });

  it('tells the caller on time all the same', async () => {
    const stage: Stage = new Stage([
      toolOf(() => stage.later(12, 'late'), { timeoutMs: 5, concurrency: 1, releaseOn: 'settle' }),
    ]);
    stage.call('a');
    await stage.play(5);
    expect(stage.log).to.include('5 a > ToolTimeout');
    expect(stage.orchestrator.stats()).to.include({ running: 0, permits: 1 });
    await stage.play();
    stage.expectNothingHeld();
  });

  it('frees the slot at once where nothing is pending: the work has ended, or is an Observable', async () => {
    const stage: Stage = new Stage([toolOf((given) => given, { concurrency: 1, releaseOn: 'settle', timeoutMs: 5 })]);
    stage.call('a', NEVER);
    stage.call('b', Promise.resolve(1));
    stage.call('c', Promise.reject(new Error('broken')));
    await stage.play();
    expect(stage.log.filter((line) => /started|abandoned/.test(line))).to.deep.equal([
      '0 a started',
      '5 b started',
      '5 c started',
    ]);
    stage.expectNothingHeld();
  });

  it('keeps the slot of a call that is cancelled, and shows the tool as not accepting until it is free', async () => {
    const { tool } = stubborn(() => stage, { concurrency: 1, releaseOn: 'settle' });
    const stage: Stage = new Stage([tool]);
    stage.call('a', 12).unsubscribe();
    expect(stage.status()).to.include({ state: 'available', running: 0 });
    expect(stage.orchestrator.stats()).to.include({ running: 0, permits: 1 });
    await stage.play();
    stage.expectNothingHeld();
  });

  it('never has more at work than there are slots, however many calls time out', async () => {
    const { tool, atWork } = stubborn(() => stage, { timeoutMs: 3, concurrency: 2, releaseOn: 'settle' });
    const stage: Stage = new Stage([tool]);
    for (let call = 0; call < 20; call++) stage.at(call, () => stage.call(`c${String(call)}`, 1 + (call % 7)));
    await stage.play();
    expect(atWork).to.deep.equal({ now: 0, most: 2 });
    stage.expectNothingHeld();
  });
});
