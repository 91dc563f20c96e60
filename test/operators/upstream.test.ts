import { expect } from 'chai';
import { NEVER, Observable, of, Subject, Subscription } from 'rxjs';
import { upstreamOf } from '../../operators/upstream.js';
import { counted } from '../support/relay.js';

const silent = { next: (): void => undefined, error: (): void => undefined, complete: (): void => undefined };

describe('upstreamOf', () => {
  it('passes on what the source sends', () => {
    const seen: unknown[] = [];
    const observer = {
      next: (value: number): unknown => seen.push(value),
      error: (error: unknown): unknown => seen.push(error),
      complete: (): unknown => seen.push('complete'),
    };
    upstreamOf<number>(new Subscription(), observer).start(of(1, 2));
    const failing$ = new Subject<number>();
    upstreamOf<number>(new Subscription(), observer).start(failing$);
    failing$.error('broken');
    expect(seen).to.deep.equal([1, 2, 'complete', 'broken']);
  });

  it('stops a synchronous source from within', () => {
    const until = new Subscription();
    let emitted = 0;
    const upstream = upstreamOf<number>(until, {
      ...silent,
      next: () => {
        upstream.stop();
      },
    });
    upstream.start(
      new Observable((subscriber) => {
        while (!subscriber.closed && emitted < 100) subscriber.next(emitted++);
      }),
    );
    expect(emitted).to.equal(1);
  });

  it('tears the source down with what it was made for, once', () => {
    const until = new Subscription();
    const source = counted(NEVER);
    const upstream = upstreamOf(until, silent);
    upstream.start(source.counted$);
    until.unsubscribe();
    upstream.stop();
    expect([source.starts, source.ends]).to.deep.equal([1, 1]);
  });

  it('does not start when what it was made for has ended by then', () => {
    const until = new Subscription();
    const source = counted(NEVER);
    const upstream = upstreamOf(until, silent);
    until.unsubscribe();
    upstream.start(source.counted$);
    expect([source.starts, source.ends]).to.deep.equal([0, 0]);
  });

  it('leaves nothing behind in what it was made for once it is stopped', () => {
    let removed = 0;
    const until = new Subscription();
    const remove = until.remove.bind(until);
    until.remove = (teardown) => {
      removed++;
      remove(teardown);
    };
    const upstream = upstreamOf(until, silent);
    upstream.start(NEVER);
    upstream.stop();
    expect(removed).to.be.at.least(1);
    expect(until.closed).to.equal(false);
  });
});
