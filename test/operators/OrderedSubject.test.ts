import { expect } from 'chai';
import { OrderedSubject } from '../../operators/OrderedSubject.js';

describe('OrderedSubject', () => {
  it('is a Subject: live, for all who subscribe, until the end', () => {
    const subject$ = new OrderedSubject<number>();
    const seen: unknown[] = [];
    subject$.next(1);
    subject$.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
    subject$.next(2);
    subject$.complete();
    subject$.next(3);
    subject$.subscribe({ complete: () => seen.push('late complete') });
    expect(seen).to.deep.equal([2, 'complete', 'late complete']);
  });

  it('gives all subscribers the same order when handlers send more', () => {
    const subject$ = new OrderedSubject<number>();
    const seen: Record<string, number[]> = { first: [], second: [], third: [] };
    subject$.subscribe((value) => seen['first']?.push(value));
    subject$.subscribe((value) => {
      seen['second']?.push(value);
      if (value < 100) {
        subject$.next(value * 10 + 1);
        subject$.next(value * 10 + 2);
      }
    });
    subject$.subscribe((value) => {
      seen['third']?.push(value);
      if (value === 11) subject$.next(500);
    });
    subject$.next(1);
    const order = [1, 11, 12, 111, 112, 500, 121, 122];
    expect(seen).to.deep.equal({ first: order, second: order, third: order });
  });

  it('lets a handler send a hundred thousand values one after the other without nesting', () => {
    const subject$ = new OrderedSubject<number>();
    let last = 0;
    subject$.subscribe((value) => {
      last = value;
      if (value < 100_000) subject$.next(value + 1);
    });
    subject$.next(1);
    expect(last).to.equal(100_000);
  });

  for (const [end, send] of [
    [
      'complete',
      (subject$: OrderedSubject<number>): void => {
        subject$.complete();
      },
    ],
    [
      'error',
      (subject$: OrderedSubject<number>): void => {
        subject$.error('broken');
      },
    ],
  ] as const) {
    it(`lets ${end} wait its turn too, behind what was sent before it and ahead of nothing after it`, () => {
      const subject$ = new OrderedSubject<number>();
      const seen: Record<string, unknown[]> = { first: [], second: [] };
      subject$.subscribe({
        next: (value) => {
          seen['first']?.push(value);
          if (value !== 1) return;
          subject$.next(2);
          send(subject$);
          subject$.next(3);
        },
        complete: () => seen['first']?.push('complete'),
        error: () => seen['first']?.push('error'),
      });
      subject$.subscribe({
        next: (value) => seen['second']?.push(value),
        complete: () => seen['second']?.push('complete'),
        error: () => seen['second']?.push('error'),
      });
      subject$.next(1);
      expect(seen).to.deep.equal({ first: [1, 2, end], second: [1, 2, end] });
    });
  }

  it('goes on to deliver to the others when a subscriber throws', (done) => {
    const subject$ = new OrderedSubject<number>();
    const seen: number[] = [];
    subject$.subscribe((value) => {
      if (value === 1) subject$.next(2);
    });
    subject$.subscribe((value) => seen.push(value));
    const unhandled = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      for (const listener of unhandled) process.on('uncaughtException', listener);
      expect(error.message).to.equal('broken');
      expect(seen).to.deep.equal([1, 2]);
      done();
    });
    subject$.subscribe((value) => {
      if (value === 1) throw new Error('broken');
    });
    subject$.next(1);
  });

  it('lets a subscriber leave from its handler without disturbing the others', () => {
    const subject$ = new OrderedSubject<number>();
    const seen: string[] = [];
    const leaver = subject$.subscribe((value) => {
      seen.push(`leaver ${String(value)}`);
      subject$.next(value + 1);
      leaver.unsubscribe();
    });
    subject$.subscribe((value) => seen.push(`other ${String(value)}`));
    subject$.next(1);
    expect(seen).to.deep.equal(['leaver 1', 'other 1', 'other 2']);
    expect(subject$.observed).to.equal(true);
  });
});
