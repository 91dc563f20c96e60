import { expect } from 'chai';
import { NEVER, of, Subject, take, takeUntil, throwError } from 'rxjs';
import type { ToolStatus } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

/** What a subscriber to a tool's status is told: `3 busy 1+2` is 1 that runs and 2 that wait, at 3 ms. */
function follow(stage: Stage, tool = 't'): string[] {
  const told: string[] = [];
  stage.orchestrator.status$(tool).subscribe({
    next: ({ state, running, queued }: ToolStatus) => {
      told.push(`${String(stage.now)} ${state} ${String(running)}+${String(queued)}`);
    },
    complete: () => told.push(`${String(stage.now)} end`),
    error: () => told.push('error'),
  });
  return told;
}

describe('status$', () => {
  it('begins with the status now, and tells of each change', () => {
    const stage = new Stage([toolOf(() => of(1), { concurrency: 1 })]);
    stage.orchestrator.register(toolOf(() => NEVER, { name: 'long', concurrency: 1 }));
    const told = follow(stage, 'long');
    const calls = ['a', 'b'].map((name) => stage.call(name, {}, { tool: 'long' }));
    for (const call of calls) call.unsubscribe();
    expect(told).to.deep.equal([
      '0 available 0+0',
      '0 busy 1+0',
      '0 busy 1+1',
      '0 busy 0+1',
      '0 busy 1+0',
      '0 available 0+0',
    ]);
  });

  it('tells nothing twice: an event that changes no status is none', () => {
    const stage = new Stage([toolOf(() => of(1, 2, 3))]);
    const told = follow(stage);
    stage.call('a');
    expect(told).to.deep.equal(['0 available 0+0', '0 busy 1+0', '0 available 0+0']);
  });

  it('tells everyone who comes later what is so by then', () => {
    const stage = new Stage([toolOf(() => NEVER)]);
    stage.call('a');
    expect(follow(stage)).to.deep.equal(['0 busy 1+0']);
  });

  it('waits for a tool to be registered', () => {
    const stage = new Stage([]);
    const told = follow(stage);
    expect(told).to.deep.equal([]);
    stage.orchestrator.register(toolOf(() => of(1)));
    expect(told).to.deep.equal(['0 available 0+0']);
  });

  it('completes when the tool is unregistered, while its calls go on', () => {
    const stage = new Stage([toolOf((given) => given)]);
    const values$ = new Subject<number>();
    const told = follow(stage);
    stage.call('a', values$);
    stage.orchestrator.unregister('t');
    expect(told.at(-1)).to.equal('0 end');
    values$.next(1);
    values$.complete();
    expect(stage.log.slice(-4)).to.deep.equal(['0 a emitted', '0 a > 1', '0 a succeeded', '0 a > end']);
    expect(stage.event('call.succeeded')).not.to.have.property('load');
  });

  it('begins anew for a tool that is registered under the name again: calls of the old one do not count', () => {
    const stage = new Stage([toolOf((given) => given)]);
    const old = stage.call('a', NEVER);
    stage.orchestrator.unregister('t');
    stage.orchestrator.register(toolOf((given) => given));
    const told = follow(stage);
    stage.call(
      'b',
      throwError(() => new Error('broken')),
    );
    old.unsubscribe();
    expect(told).to.deep.equal(['0 available 0+0', '0 busy 1+0', '0 error 0+0']);
  });

  it('does not take the failure of a call of the old tool for one of the new', () => {
    const stage = new Stage([toolOf((given) => given)]);
    const values$ = new Subject<number>();
    stage.call('a', values$);
    stage.orchestrator.unregister('t');
    stage.orchestrator.register(toolOf((given) => given));
    const told = follow(stage);
    values$.error(new Error('broken'));
    expect(stage.log.at(-1)).to.equal('0 a > ToolFailed');
    expect(told).to.deep.equal(['0 available 0+0']);
    expect(stage.status()).to.include({ state: 'available' });
  });

  it('turns from rate_limited to busy and available as the calls start that waited', () => {
    const stage: Stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10 } })]);
    const told = follow(stage);
    stage.call('a');
    stage.call('b');
    stage.flush();
    expect(told).to.deep.equal([
      '0 available 0+0',
      '0 busy 1+0',
      '0 available 0+0',
      '0 rate_limited 0+1',
      '10 busy 1+0',
      '10 available 0+0',
    ]);
  });

  it('turns from rate_limited to available when its time has come, without an event', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10, overflow: 'reject' } })]);
    const told = follow(stage);
    const accepting: boolean[] = [];
    stage.orchestrator.status$('t').subscribe((status) => accepting.push(status.accepting));
    stage.call('a');
    stage.flush();
    expect(told).to.deep.equal(['0 available 0+0', '0 rate_limited 1+0', '0 rate_limited 0+0', '10 available 0+0']);
    expect(accepting).to.deep.equal([true, false, false, true]);
  });

  it('has a timer only while it waits for that time, and leaves none behind', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10, overflow: 'reject' } })]);
    const subscription = stage.orchestrator.status$('t').subscribe();
    expect(stage.scheduler.pending).to.equal(0);
    stage.call('a');
    expect(stage.scheduler.pending).to.equal(1);
    subscription.unsubscribe();
    expect(stage.scheduler.pending).to.equal(0);
  });

  it('shows a failure, until a success clears it', () => {
    const stage = new Stage([toolOf((given) => given)]);
    const told = follow(stage);
    stage.call(
      'a',
      throwError(() => new Error('broken')),
    );
    stage.call('b', of(1));
    expect(told).to.deep.equal(['0 available 0+0', '0 busy 1+0', '0 error 0+0', '0 busy 1+0', '0 available 0+0']);
  });

  it('shows no failure for calls that are refused: they are the caller’s', () => {
    const stage = new Stage([toolOf(() => of(1), { rateLimit: { limit: 1, perMs: 10, overflow: 'reject' } })]);
    stage.call('a');
    stage.call('b');
    stage.at(10, () => undefined);
    stage.flush();
    expect(stage.event('call.rejected')).to.include({ callId: 'b' });
    expect(stage.status()).to.include({ state: 'available' });
  });
});

describe('statuses$', () => {
  it('begins with all statuses by name, and tells of each change, of tools that come and go too', () => {
    const stage = new Stage([toolOf(() => of(1), { name: 'x' })]);
    const told: string[] = [];
    stage.orchestrator.statuses$.subscribe((statuses) => {
      told.push(
        Object.values(statuses)
          .map(({ tool, state }) => `${tool} ${state}`)
          .join(', '),
      );
    });
    stage.orchestrator.register(toolOf(() => NEVER, { name: 'y' }));
    stage.call('a', {}, { tool: 'y' });
    stage.orchestrator.unregister('x');
    expect(told).to.deep.equal(['x available', 'x available, y available', 'x available, y busy', 'y busy']);
  });

  it('turns each tool from rate_limited to available in its time', () => {
    const limited = (name: string, perMs: number) =>
      toolOf(() => of(1), { name, rateLimit: { limit: 1, perMs, overflow: 'reject' } });
    const stage = new Stage([limited('x', 10), limited('y', 5)]);
    const told: string[] = [];
    stage.call('a', {}, { tool: 'x' });
    stage.call('b', {}, { tool: 'y' });
    stage.orchestrator.statuses$.subscribe((statuses) => {
      told.push(
        `${String(stage.now)} ${Object.values(statuses)
          .map(({ state }) => state)
          .join(' ')}`,
      );
    });
    stage.flush();
    expect(told).to.deep.equal(['0 rate_limited rate_limited', '5 rate_limited available', '10 available available']);
  });
});

describe('tools$', () => {
  it('begins with the tools, and tells of each change of the catalogue alone', () => {
    const stage = new Stage([toolOf(() => of(1), { name: 'x' })]);
    const told: string[] = [];
    stage.orchestrator.tools$.subscribe((tools) => told.push(tools.map(({ name }) => name).join(' ')));
    stage.call('a', {}, { tool: 'x' });
    stage.orchestrator.register(toolOf(() => of(1), { name: 'y' }));
    stage.orchestrator.unregister('x');
    stage.orchestrator.unregister('x');
    expect(told).to.deep.equal(['x', 'x y', 'y']);
  });

  it('gives the very tools that were registered', () => {
    const tool = toolOf(() => of(1));
    const given: unknown[] = [];
    new Stage([tool]).orchestrator.tools$.pipe(take(1)).subscribe((tools) => given.push(...tools));
    expect(given).to.deep.equal([tool]);
    expect(given[0]).to.equal(tool);
  });
});

describe('a tool that is unregistered', () => {
  it('lets the calls that wait for it start in their turn', () => {
    const stage = new Stage([toolOf((given) => given, { concurrency: 1 })]);
    const stop$ = new Subject<void>();
    stage.call('a', NEVER.pipe(takeUntil(stop$)));
    stage.call('b', of('x'));
    stage.orchestrator.unregister('t');
    stop$.next();
    expect(stage.log.slice(-5)).to.deep.equal(['0 b started', '0 b emitted', '0 b > x', '0 b succeeded', '0 b > end']);
    stage.expectNothingHeld();
  });

  it('is not found by new calls', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    stage.orchestrator.unregister('t');
    stage.call('a');
    expect(stage.event('call.rejected').error.message).to.equal("no tool 't' is registered");
  });
});
