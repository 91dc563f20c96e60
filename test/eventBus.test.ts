import { expect } from 'chai';
import { config, NEVER, of, Subject, take, takeUntil } from 'rxjs';
import { createOrchestrator, type ToolEvent } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

/** Collects what a subscriber is told, as `seq type`. */
function told(): { readonly seen: string[]; readonly note: (event: ToolEvent) => void } {
  const seen: string[] = [];
  return { seen, note: ({ seq, type }) => seen.push(`${String(seq)} ${type}`) };
}

describe('events$', () => {
  it('numbers all events of an orchestrator from 1 on, dates them and says their version', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    stage.at(3, () => stage.call('a'));
    stage.flush();
    const all: ToolEvent[] = [];
    stage.orchestrator.history$.subscribe((event) => all.push(event));
    expect(all.map(({ v, seq, at }) => [v, seq, at])).to.deep.equal([
      [1, 1, 0],
      [1, 2, 3],
      [1, 3, 3],
      [1, 4, 3],
    ]);
  });

  it('tells of what happens from the subscription on, and never ends', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    stage.call('a');
    const { seen, note } = told();
    let ended = false;
    stage.orchestrator.events$.subscribe({ next: note, complete: () => (ended = true) });
    stage.orchestrator.unregister('t');
    expect(seen).to.deep.equal(['5 tool.unregistered']);
    expect(ended).to.equal(false);
  });

  it('tells every subscriber in one order, also of what a handler brings about', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    const [before, after] = [told(), told()];
    stage.orchestrator.events$.subscribe(before.note);
    const stop$ = new Subject<void>();
    stage.orchestrator.register(toolOf(() => NEVER, { name: 'long' }));
    stage.orchestrator.execute('long', {}, { callId: 'long' }).pipe(takeUntil(stop$)).subscribe();
    stage.orchestrator.events$.pipe(take(1)).subscribe(() => {
      stage.call('b');
      stop$.next();
      stage.orchestrator.register(toolOf(() => of(1), { name: 'new' }));
      stage.orchestrator.unregister('t');
    });
    stage.orchestrator.events$.subscribe(after.note);
    stage.call('a');
    expect(after.seen).to.deep.equal([
      '4 call.started',
      '5 call.started',
      '6 call.emitted',
      '7 call.succeeded',
      '8 call.cancelled',
      '9 tool.registered',
      '10 tool.unregistered',
      '11 call.emitted',
      '12 call.succeeded',
    ]);
    expect(before.seen.slice(-9)).to.deep.equal(after.seen);
  });

  it('tells a handler of nothing that its own event brought about before it has returned', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    const depths: number[] = [];
    let depth = 0;
    stage.orchestrator.events$.pipe(take(5)).subscribe((event) => {
      depths.push(++depth);
      if (event.seq < 4) stage.call(`a${String(event.seq)}`);
      depth--;
    });
    stage.call('a');
    expect(depths).to.deep.equal([1, 1, 1, 1, 1]);
  });

  it('has the calls of a handler go on while the events wait', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    const given: unknown[] = [];
    stage.orchestrator.events$.pipe(take(1)).subscribe(() => {
      stage.orchestrator.execute('t', {}).subscribe((value) => given.push(value));
      expect(given).to.deep.equal([1]);
    });
    stage.call('a');
    expect(given).to.deep.equal([1]);
  });

  it('tells nothing to a subscriber that has left, also of what still waits', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    const { seen, note } = told();
    const subscription = stage.orchestrator.events$.subscribe((event) => {
      note(event);
      stage.call('b');
      subscription.unsubscribe();
    });
    stage.call('a');
    expect(seen).to.deep.equal(['2 call.started']);
  });

  it('goes on where a subscriber throws: its error is reported, and nobody else notices', async () => {
    const reported: unknown[] = [];
    const { onUnhandledError } = config;
    config.onUnhandledError = (error) => reported.push(error);
    try {
      const stage = new Stage([toolOf(() => of('x'))]);
      const { seen, note } = told();
      stage.orchestrator.events$.subscribe(({ type }) => {
        throw new Error(type);
      });
      stage.orchestrator.events$.subscribe(note);
      stage.call('a');
      await new Promise((resolve) => setTimeout(resolve));
      expect(seen).to.deep.equal(['2 call.started', '3 call.emitted', '4 call.succeeded']);
      expect(stage.log).to.deep.equal(['0 a started', '0 a emitted', '0 a > x', '0 a succeeded', '0 a > end']);
      expect(reported.map(String)).to.deep.equal([
        'Error: call.started',
        'Error: call.emitted',
        'Error: call.succeeded',
      ]);
    } finally {
      config.onUnhandledError = onUnhandledError;
    }
  });
});

describe('history$', () => {
  it('tells of what is retained, then of what happens: no gap, no repeat', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    stage.call('a');
    const { seen, note } = told();
    stage.orchestrator.history$.subscribe(note);
    stage.orchestrator.unregister('t');
    expect(seen).to.deep.equal([
      '1 tool.registered',
      '2 call.started',
      '3 call.emitted',
      '4 call.succeeded',
      '5 tool.unregistered',
    ]);
  });

  it('tells of what its own handler brings about while it tells of the past, once, afterwards', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    const { seen, note } = told();
    stage.call('a');
    stage.orchestrator.history$.subscribe((event) => {
      note(event);
      if (event.seq === 2) stage.orchestrator.unregister('t');
    });
    expect(seen.map((line) => Number(line.split(' ')[0]))).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('tells a subscriber that comes inside a handler of each event once, in order', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    const { seen, note } = told();
    stage.orchestrator.events$.pipe(take(1)).subscribe(() => {
      stage.call('b');
      stage.orchestrator.history$.subscribe(note);
    });
    stage.call('a');
    expect(seen.map((line) => Number(line.split(' ')[0]))).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
  });

  it('may be left while it tells of the past', () => {
    const stage = new Stage([toolOf(() => of(1))]);
    stage.call('a');
    const { seen, note } = told();
    stage.orchestrator.history$.pipe(take(2)).subscribe(note);
    expect(seen).to.have.length(2);
  });

  it('tells of the latest events alone, as many as the capacity', () => {
    const stage = new Stage([toolOf(() => of(1))], { history: { capacity: 2 } });
    stage.call('a');
    const { seen, note } = told();
    stage.orchestrator.history$.subscribe(note);
    stage.orchestrator.unregister('t');
    expect(seen).to.deep.equal(['3 call.emitted', '4 call.succeeded', '5 tool.unregistered']);
    expect(stage.orchestrator.stats().events).to.deep.equal({ published: 5, retained: 2, dropped: 3 });
  });
});

describe('an event that nobody observes', () => {
  it('is not made where nothing is retained: redact is not called, and yet it is counted', () => {
    let asked = 0;
    const orchestrator = createOrchestrator({
      tools: [toolOf(() => of(1))],
      history: { capacity: 0 },
      redact: () => asked++,
    });
    orchestrator.execute('t', {}).subscribe();
    expect(asked).to.equal(0);
    expect(orchestrator.stats().events).to.deep.equal({ published: 4, retained: 0, dropped: 0 });

    const seqs: number[] = [];
    orchestrator.events$.subscribe(({ seq }) => seqs.push(seq));
    orchestrator.execute('t', {}).subscribe();
    expect(seqs).to.deep.equal([5, 6, 7]);
    expect(asked).to.equal(3);
  });

  it('is not made any more when the last who observed has left', () => {
    let asked = 0;
    const orchestrator = createOrchestrator({
      tools: [toolOf(() => of(1))],
      history: { capacity: 0 },
      redact: () => asked++,
    });
    orchestrator.status$('t').subscribe().unsubscribe();
    orchestrator.events$.subscribe().unsubscribe();
    orchestrator.execute('t', {}).subscribe();
    expect(asked).to.equal(0);
  });
});
