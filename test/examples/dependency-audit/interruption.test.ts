import { expect } from 'chai';
import { interruption } from '../../../examples/dependency-audit/interruption.js';

describe('interruption', () => {
  it('emits the exit code of the first signal and then leaves signals to the system', () => {
    const before = process.listenerCount('SIGTERM');
    const codes: number[] = [];
    let completed = false;
    interruption().subscribe({ next: (code) => codes.push(code), complete: () => (completed = true) });
    process.emit('SIGTERM', 'SIGTERM');
    process.emit('SIGHUP', 'SIGHUP');
    expect(codes).to.deep.equal([143]);
    expect(completed).to.equal(true);
    expect(process.listenerCount('SIGTERM')).to.equal(before);
  });

  it('stops listening when it is unsubscribed', () => {
    const before = process.listenerCount('SIGHUP');
    const watching = interruption().subscribe();
    expect(process.listenerCount('SIGHUP')).to.equal(before + 1);
    watching.unsubscribe();
    expect(process.listenerCount('SIGHUP')).to.equal(before);
  });
});
