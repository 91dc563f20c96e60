import { expect } from 'chai';
import fc from 'fast-check';
import { Subject, take } from 'rxjs';
import { catchUp, type Numbered } from '../../operators/catchUp.js';
import { OrderedSubject } from '../../operators/OrderedSubject.js';

/** A log that keeps what was sent, and sends on. */
class Log {
  readonly past: Numbered[] = [];
  // eslint-disable-next-line rxjs-x/no-exposed-subjects -- the tests end it
  readonly live$ = new OrderedSubject<Numbered>();
  readonly all$ = catchUp(() => [...this.past], this.live$);

  send(): void {
    const event = { seq: this.past.length + 1 };
    this.past.push(event);
    this.live$.next(event);
  }
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('catchUp', () => {
  it('tells of the past, then of what comes', () => {
    const log = new Log();
    log.send();
    log.send();
    const seen: number[] = [];
    log.all$.subscribe(({ seq }) => seen.push(seq));
    log.send();
    expect(seen).to.deep.equal([1, 2, 3]);
  });

  it('leaves nothing out and repeats nothing when its handler causes more while it is told of the past', () => {
    const log = new Log();
    for (let count = 0; count < 3; count++) log.send();
    const seen: number[] = [];
    log.all$.subscribe(({ seq }) => {
      seen.push(seq);
      if (log.past.length < 10) log.send();
      if (log.past.length < 10) log.send();
    });
    expect(seen).to.deep.equal(upTo(10));
  });

  it('joins in the middle of a delivery without a gap', () => {
    const log = new Log();
    const seen: Record<string, number[]> = { early: [], joined: [], last: [] };
    log.live$.subscribe(({ seq }) => {
      seen['early']?.push(seq);
      if (seq !== 1) return;
      log.send();
      log.all$.subscribe((event) => seen['joined']?.push(event.seq));
      log.send();
    });
    log.live$.subscribe(({ seq }) => seen['last']?.push(seq));
    log.send();
    log.send();
    expect(seen).to.deep.equal({ early: upTo(4), joined: upTo(4), last: upTo(4) });
  });

  it('stops in the middle of the past as soon as its subscriber leaves, and leaves the live stream', () => {
    const log = new Log();
    for (let count = 0; count < 5; count++) log.send();
    let read = 0;
    function* past(): Generator<Numbered> {
      try {
        for (const event of log.past) {
          read++;
          yield event;
        }
      } finally {
        read += 100;
      }
    }
    const seen: number[] = [];
    catchUp(past, log.live$)
      .pipe(take(2))
      .subscribe(({ seq }) => seen.push(seq));
    expect(seen).to.deep.equal([1, 2]);
    expect(read).to.be.at.least(102).and.at.most(103);
    expect(log.live$.observed).to.equal(false);
  });

  it('stops in the middle of what came meanwhile', () => {
    const log = new Log();
    log.send();
    const seen: number[] = [];
    log.all$.pipe(take(3)).subscribe(({ seq }) => {
      seen.push(seq);
      for (let count = 0; count < 5; count++) log.send();
    });
    expect(seen).to.deep.equal([1, 2, 3]);
    expect(log.live$.observed).to.equal(false);
  });

  it('does not listen before it is subscribed to, and reads the past anew for each subscriber', () => {
    const log = new Log();
    expect(log.live$.observed).to.equal(false);
    const seen: number[][] = [[], []];
    const first = log.all$.subscribe(({ seq }) => seen[0]?.push(seq));
    log.send();
    first.unsubscribe();
    log.send();
    log.all$.subscribe(({ seq }) => seen[1]?.push(seq));
    expect(seen).to.deep.equal([[1], [1, 2]]);
  });

  it('completes after all of the past when the live stream ends meanwhile', () => {
    const log = new Log();
    for (let count = 0; count < 3; count++) log.send();
    const seen: unknown[] = [];
    log.all$.subscribe({
      next: ({ seq }) => {
        seen.push(seq);
        if (seq === 1) log.live$.complete();
      },
      complete: () => seen.push('complete'),
    });
    expect(seen).to.deep.equal([1, 2, 3, 'complete']);
  });

  it('completes with the live stream, and tells of the past of one that has ended', () => {
    const log = new Log();
    log.send();
    const seen: unknown[] = [];
    const note = {
      next: ({ seq }: Numbered): unknown => seen.push(seq),
      complete: (): unknown => seen.push('complete'),
    };
    log.all$.subscribe(note);
    log.live$.complete();
    log.all$.subscribe(note);
    expect(seen).to.deep.equal([1, 'complete', 1, 'complete']);
  });

  it('passes on an error of the live stream, or of reading the past', () => {
    const live$ = new Subject<Numbered>();
    const errors: unknown[] = [];
    catchUp(() => [], live$).subscribe({ error: (error) => errors.push(error) });
    live$.error('live');
    catchUp(() => {
      throw new Error('past');
    }, live$).subscribe({ error: (error: Error) => errors.push(error.message) });
    expect(errors).to.deep.equal(['live', 'past']);
  });

  it('gives everyone all, in order, whoever joins, sends and leaves from within handlers', () => {
    const step = fc.constantFrom('send', 'join', 'joinAndSend', 'joinInHandler', 'leave');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const log = new Log();
        const everyone: number[][] = [];
        const subscriptions: { unsubscribe(): void }[] = [];
        const left = new Set<number[]>();
        let budget = 60;
        const join = (on?: (seq: number) => void): void => {
          const seen: number[] = [];
          everyone.push(seen);
          subscriptions.push(
            log.all$.subscribe(({ seq }) => {
              seen.push(seq);
              if (budget-- > 0) on?.(seq);
            }),
          );
        };
        for (const what of steps) {
          if (what === 'send') log.send();
          if (what === 'join') join();
          if (what === 'joinAndSend')
            join((seq) => {
              if (seq % 3 === 0) log.send();
            });
          if (what === 'joinInHandler')
            join((seq) => {
              if (seq % 5 === 0) join();
            });
          if (what === 'leave' && subscriptions.length > 0) {
            subscriptions[0]?.unsubscribe();
            left.add(everyone[0] ?? []);
          }
        }
        for (const seen of everyone) expect(seen).to.deep.equal(upTo(left.has(seen) ? seen.length : log.past.length));
      }),
      { numRuns: 300 },
    );
  }).timeout(30_000);
});
