import { expect } from 'chai';
import { take } from 'rxjs';
import { Broadcast } from '../src/Broadcast.js';

describe('Broadcast', () => {
  it('tells all who listen, in the order in which they came', () => {
    const broadcast = new Broadcast<number>();
    const told: string[] = [];
    for (const name of ['a', 'b', 'c']) broadcast.stream$.subscribe((value) => told.push(`${name}${value}`));
    broadcast.send(1);
    broadcast.send(2);
    expect(told).to.deep.equal(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });

  it('tells those who come while something is told of what is next', () => {
    const broadcast = new Broadcast<number>();
    const told: string[] = [];
    broadcast.stream$.pipe(take(1)).subscribe((value) => {
      told.push(`a${value}`);
      broadcast.stream$.subscribe((later) => told.push(`b${later}`));
    });
    broadcast.send(1);
    broadcast.send(2);
    expect(told).to.deep.equal(['a1', 'b2']);
  });

  it('tells nothing more to one that is made to leave by one before it', () => {
    const broadcast = new Broadcast<number>();
    const told: string[] = [];
    broadcast.stream$.subscribe((value) => {
      told.push(`a${value}`);
      later.unsubscribe();
    });
    const later = broadcast.stream$.subscribe((value) => told.push(`b${value}`));
    broadcast.send(1);
    expect(told).to.deep.equal(['a1']);
  });

  it('knows whether anybody listens, and keeps nobody who has left', () => {
    const broadcast = new Broadcast<number>();
    expect(broadcast.observed).to.equal(false);
    const all = Array.from({ length: 3 }, () => broadcast.stream$.subscribe());
    expect(broadcast.observed).to.equal(true);
    for (const one of all) one.unsubscribe();
    expect(broadcast.observed).to.equal(false);
  });
});
