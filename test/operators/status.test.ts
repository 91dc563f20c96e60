import { expect } from 'chai';
import { toStatus } from '../../operators/index.js';

describe('toStatus', () => {
  for (const [facts, status] of [
    [{ running: 0 }, { state: 'available', running: 0 }],
    [{ running: 2 }, { state: 'busy', running: 2 }],
    [
      { running: 0, queued: 2 },
      { state: 'busy', running: 0 },
    ],
    [
      { running: 2, queued: 2 },
      { state: 'busy', running: 2 },
    ],
    [
      { running: 0, error: 'e' },
      { state: 'error', running: 0, error: 'e' },
    ],
    [
      { running: 2, error: 'e' },
      { state: 'busy', running: 2, error: 'e' },
    ],
    [
      { running: 0, availableAt: 11 },
      { state: 'rate_limited', running: 0, availableAt: 11 },
    ],
    [
      { running: 2, availableAt: 11, error: 'e' },
      { state: 'rate_limited', running: 2, availableAt: 11, error: 'e' },
    ],
    [
      { running: 0, availableAt: 10 },
      { state: 'available', running: 0 },
    ],
    [
      { running: 1, availableAt: 9 },
      { state: 'busy', running: 1 },
    ],
    [
      { running: 0, availableAt: undefined, error: undefined },
      { state: 'available', running: 0 },
    ],
    [
      { running: 0, error: null },
      { state: 'error', running: 0, error: null },
    ],
    [
      { running: 0, error: undefined, failed: true },
      { state: 'error', running: 0, error: undefined },
    ],
    [
      { running: 1, failed: true },
      { state: 'busy', running: 1, error: undefined },
    ],
    [
      { running: 0, error: 'e', failed: false },
      { state: 'available', running: 0 },
    ],
  ] as const) {
    it(`is ${JSON.stringify(status)} at 10 for ${JSON.stringify(facts)}`, () => {
      expect(toStatus<unknown>(facts, 10)).to.deep.equal(status);
    });
  }
});
