import { of } from 'rxjs';
import { marbles } from '../../../src/testing/index.js';

const hits = { a: { hits: [{ id: 'x' }] }, b: { hits: [] } };

it('a value that comes too late', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('--a---b|', hits)).toBe('--a--b|', hits);
  });
});

it('a value that is another one deep inside', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('--a-b|', hits)).toBe('--a-b|', { ...hits, a: { hits: [{ id: 'y' }] } });
  });
});

it('a value that is missing from a group', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('-(ab)-|')).toBe('-(abc)|');
  });
});

it('a value too many', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('-a-b-|')).toBe('-a---|');
  });
});

it('an end that does not come', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('-a----')).toBe('-a|');
  });
});

it('an error instead of an end, after a long time', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('-a 30s #', undefined, new TypeError('no such host'))).toBe('-a 30s |');
  });
});

it('another error', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('-#', undefined, new TypeError('no such host'))).toBe('-#', {}, new TypeError('no route'));
  });
});

it('two streams that are to be equal', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('-a-b|')).toEqual(cold('-a-c|'));
  });
});

it('an inner stream', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(of(cold('-x-y|'))).toBe('(a|)', { a: cold('-x--y|') });
  });
});

it('several expectations', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('a|')).toBe('a|');
    expectStream(cold('a|')).toBe('b|');
    expectStream(cold('a|')).toBe('-|');
  });
});

it('a difference far from the beginning', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold(`${'-a'.repeat(100)}|`)).toBe(`${'-a'.repeat(99)}-b|`);
  });
});

it('values of more letters than there are', () => {
  marbles(({ cold, expectStream }) => {
    const many = Object.fromEntries(['a', 'b', 'c', 'd'].map((letter, index) => [letter, { index }]));
    expectStream(cold('abcd|', many)).toBe('x|', { x: { index: 3 } });
  });
});

it('a subscription at another time', () => {
  marbles(({ cold, expectStream, expectSubscriptions }) => {
    const source$ = cold('--a--b|');
    expectStream(source$, '-^---!').toBe('---a');
    expectSubscriptions(source$).toBe('-^--!');
  });
});

it('a subscription too many', () => {
  marbles(({ cold, expectStream, expectSubscriptions }) => {
    const source$ = cold('a|');
    expectStream(source$).toBe('a|');
    expectStream(source$).toBe('a|');
    expectSubscriptions(source$).toBe('^!');
  });
});
