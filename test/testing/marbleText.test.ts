import { expect } from 'chai';
import * as fc from 'fast-check';
import { TestScheduler } from 'rxjs/testing';
import { type Message, readMarbles, writeMarbles } from '../../src/testing/index.js';

/** As RxJS itself reads it. */
function parsed(text: string, values?: object, error?: unknown): Message[] {
  let messages: Message[] = [];
  new TestScheduler(() => undefined).run(() => {
    messages = TestScheduler.parseMarbles(text, values, error, false, true);
  });
  return messages.map(({ frame, notification }) =>
    notification.kind === 'N'
      ? next(frame, notification.value)
      : notification.kind === 'E'
        ? failed(frame, notification.error)
        : done(frame),
  );
}

const next = (frame: number, value: unknown): Message => ({ frame, notification: { kind: 'N', value } });
const done = (frame: number): Message => ({ frame, notification: { kind: 'C' } });
const failed = (frame: number, error: unknown): Message => ({ frame, notification: { kind: 'E', error } });

describe('writeMarbles', () => {
  it('writes one character for each ms', () => {
    expect(writeMarbles([next(2, { id: 1 }), next(4, { id: 2 }), done(5)])).to.deep.equal({
      text: '--a-b|',
      values: { a: { id: 1 }, b: { id: 2 } },
      exact: true,
      remarks: [],
    });
  });

  it('writes nothing for a stream that did nothing', () => {
    expect(writeMarbles([])).to.deep.equal({ text: '', values: {}, exact: true, remarks: [] });
  });

  it('writes what came at one moment as a group, which takes as many frames as characters', () => {
    expect(writeMarbles([next(1, 'a'), next(1, 'b'), next(5, 'c'), done(9)]).text).to.equal('-(ab)c---|');
  });

  it('writes a long silence as a time', () => {
    expect(writeMarbles([next(30, 'a'), next(61, 'b'), done(120_061)]).text).to.equal('30ms a 30ms b 119999ms |');
    expect(writeMarbles([next(0, 'a'), next(30_001, 'b'), done(150_002)]).text).to.equal('a 30s b 2m |');
    expect(writeMarbles([next(0.5, 'a')])).to.deep.include({ text: '0.5ms a', exact: true });
  });

  it('gives equal values one letter, whatever the order of their keys', () => {
    const { text, values } = writeMarbles([
      next(0, { p: 1, q: [2] }),
      next(1, { q: [2], p: 1 }),
      next(2, { p: -0 }),
      next(3, { p: 0 }),
    ]);
    expect(text).to.equal('aabc');
    expect(values).to.deep.equal({ a: { p: 1, q: [2] }, b: { p: -0 }, c: { p: 0 } });
  });

  it('lets a letter stand for itself, also where other values come before it', () => {
    expect(writeMarbles([next(0, 1), next(1, 'a'), next(2, 'q'), next(3, '7')])).to.deep.include({
      text: 'baqc',
      values: { b: 1, a: 'a', q: 'q', c: '7' },
    });
  });

  it('gives the error', () => {
    const error = new Error('gone');
    expect(writeMarbles([failed(2, error)])).to.deep.equal({
      text: '--#',
      values: {},
      error,
      exact: true,
      remarks: [],
    });
  });

  it('says which notifications found no room behind a group', () => {
    expect(writeMarbles([next(0, 'a'), next(0, 'b'), next(2, 'c'), done(5)])).to.deep.include({
      text: '(ab)c|',
      exact: false,
      remarks: ['1 notification found no room at the time of coming, and stand elsewhere'],
    });
  });

  it('makes room by a scale: so many frames are 1 ms', () => {
    const messages = [next(0, 'a'), next(0, 'b'), next(2, 'c'), done(5)];
    expect(writeMarbles(messages, { scale: 2 })).to.deep.include({ text: '(ab)c-----|', exact: true });
    expect(() => writeMarbles(messages, { scale: 0 })).to.throw(
      RangeError,
      'scale: expected a whole number of at least 1, got 0',
    );
  });

  it('says that time went back, and draws it no further back than what came before', () => {
    expect(writeMarbles([next(3, 'a'), next(1, 'b')])).to.deep.include({
      text: '---(ab)',
      exact: false,
      remarks: ['1 notification came at a time that has no frame, or back in time'],
    });
    expect(writeMarbles([next(-1, 'a'), next(NaN, 'b'), next(Infinity, 'c')]).exact).to.equal(false);
  });

  it('says that an error would be read as another', () => {
    expect(writeMarbles([failed(0, undefined)])).to.deep.include({
      exact: false,
      remarks: ["the error undefined is read as 'error'"],
    });
    expect(writeMarbles([failed(0, { a: 1 }), failed(1, { a: 1 })]).exact).to.equal(true);
    expect(writeMarbles([failed(0, { a: 1 }), failed(1, { a: 2 })]).remarks).to.deep.equal([
      '# stands for different errors, of which the first is given',
    ]);
  });

  it('has letters for 450 different values and writes any other as …', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => next(at, { at }));
    expect(writeMarbles(many(450)).exact).to.equal(true);
    expect(parsed(writeMarbles(many(450)).text, writeMarbles(many(450)).values)).to.deep.equal(many(450));
    const { text, exact, remarks } = writeMarbles(many(451));
    expect(text.slice(-2)).to.match(/[^…]…/);
    expect({ exact, remarks }).to.deep.equal({
      exact: false,
      remarks: ['1 value written as …: there are letters for 450 different ones'],
    });
  });

  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<unknown>('a', 'm', 's', '5', 5, 'ab', null, undefined, true) },
    fc.jsonValue({ maxDepth: 2 }),
    fc.double(),
    fc.constantFrom({ a: undefined }, {}, [undefined], [null], new Date(5), new Date(5), Symbol('s')),
  );
  const gap = fc.oneof(
    fc.constantFrom(0, 0, 1, 1, 2, 3, 4, 5, 14, 15, 16, 17, 1_000, 60_000),
    fc.nat(100_000),
    fc.constantFrom(0.5, 0.25, 0.1, -2),
  );
  const notification = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('N' as const), value }) },
    fc.constant({ kind: 'C' as const }),
    fc.record({
      kind: fc.constant('E' as const),
      error: fc.constantFrom<unknown>('gone', 'error', { tag: 1 }, undefined, 0),
    }),
  );
  const messages = fc.array(fc.record({ gap, notification }), { maxLength: 25 }).map((items) => {
    let frame = 0;
    return items.map((item): Message => ({ frame: (frame += item.gap), notification: item.notification }));
  });

  it('gives text that RxJS reads as the very same messages, or says that it is not exact', () => {
    let exactOnes = 0;
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 6 }), (given, scale) => {
        const { text, values, error, exact, remarks } = writeMarbles(given, { scale });
        const read = parsed(text, values, error);
        const scaled = given.map((message) => ({ ...message, frame: message.frame * scale }));
        expect(read.length, text).to.equal(given.length);
        expect(exact).to.equal(remarks.length === 0);
        if (exact) expect(read, text).to.deep.equal(scaled);
        if (exact) exactOnes++;
        expect(readMarbles(text, { ...values, '…': '…' }, error)).to.deep.equal(
          parsed(text, { ...values, '…': '…' }, error),
        );
      }),
      { numRuns: 1_500 },
    );
    expect(exactOnes).to.be.greaterThan(300);
  });

  it('is exact wherever each group has the room that it needs', () => {
    const roomy = fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), gap: fc.nat(40) }), { maxLength: 12 });
    fc.assert(
      fc.property(roomy, (groups) => {
        let frame = 0;
        const given = groups.flatMap(({ size, gap: spare }) => {
          const at = frame + spare;
          frame = at + (size > 1 ? size + 2 : 1);
          return Array.from({ length: size }, (_, index) => next(at, index));
        });
        expect(writeMarbles(given)).to.deep.include({ exact: true, remarks: [] });
      }),
      { numRuns: 300 },
    );
  });
});

describe('readMarbles', () => {
  it('reads times, groups and spaces', () => {
    expect(readMarbles('9ms a 1.5s (b|) ', { a: 1, b: 2 })).to.deep.equal([next(9, 1), next(1_510, 2), done(1_510)]);
    expect(readMarbles('2m # ', {}, 'gone')).to.deep.equal([failed(120_000, 'gone')]);
  });

  it('lets letters stand for themselves where no values are given', () => {
    expect(readMarbles('a-b')).to.deep.equal([next(0, 'a'), next(2, 'b')]);
  });

  it('refuses a letter that has no value', () => {
    expect(() => readMarbles('ab', { a: 1 })).to.throw(
      TypeError,
      "values: expected one for 'b' of the diagram 'ab', got only a",
    );
  });
});
