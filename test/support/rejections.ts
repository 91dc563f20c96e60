import { expect } from 'chai';

/**
 * Within this suite, a promise that is rejected and handled by nobody fails the test that made it: mocha hears of it and
 * says nothing.
 */
export function failOnUnhandledRejections(): void {
  let unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  before(() => {
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    // Node looks for them when the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve));
    const seen = unhandled;
    unhandled = [];
    expect(seen.map(String), 'unhandled rejections').to.deep.equal([]);
  });
  after(() => {
    process.off('unhandledRejection', note);
  });
}
