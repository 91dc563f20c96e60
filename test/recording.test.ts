/* eslint-disable @typescript-eslint/no-base-to-string, @typescript-eslint/restrict-template-expressions -- references stand in template strings */
import { expect } from 'chai';
import { recorder, type References, toData } from '../src/recording.js';

interface Hit {
  readonly url: string;
  readonly rank: number;
  readonly 'odd key': { readonly '"quoted"': string };
}

interface Run {
  readonly topic: string;
  readonly count: number;
  readonly hits: Hit[];
  readonly grid: number[][];
  readonly options: { depth: number; readonly tags: string[] };
  readonly 'any name': string;
}

/** The data form of what a step's function returns. */
function recorded(args: ($: References<Run>) => unknown): unknown {
  return toData(args(recorder<Run>()));
}

const partOfText = 'expected a template string as a text of its own, got one that was cut, encoded or made a key';

describe('the recording proxy', () => {
  for (const [title, args, data] of [
    ['a field', ($) => $.topic, '$topic'],
    ['a field of an item', ($) => $.hits[0].url, '$hits[0].url'],
    ['an item of an item', ($) => $.grid[1][2], '$grid[1][2]'],
    ['an index past those that have a type', ($) => $.hits[123], '$hits[123]'],
    ['the length of an array', ($) => $.hits.length, '$hits.length'],
    ['a name of several words', ($) => $['any name'], '$["any name"]'],
    ['odd keys', ($) => $.hits[0]['odd key']['"quoted"'], '$hits[0]["odd key"]["\\"quoted\\""]'],
    ['the whole of the arguments', ($) => $.options, '$options'],
    [
      'arguments by name',
      ($) => ({ query: $.topic, depth: $.options.depth }),
      { query: '$topic', depth: '$options.depth' },
    ],
    ['items of an array', ($) => [$.topic, 'x', $.count], ['$topic', 'x', '$count']],
    [
      'what is nested',
      ($) => ({ a: { b: [{ c: $.hits[0].rank, d: null }] }, e: 5 }),
      { a: { b: [{ c: '$hits[0].rank', d: null }] }, e: 5 },
    ],
    ['a reference alone in a template string', ($) => `${$.topic}`, '${topic}'],
    ['a template string', ($) => `see ${$.topic}, at ${$.hits[0].url}!`, 'see ${topic}, at ${hits[0].url}!'],
    [
      'odd keys in a template string',
      ($) => `<${$.hits[0]['odd key']['"quoted"']}>`,
      '<${hits[0]["odd key"]["\\"quoted\\""]}>',
    ],
    ['a template string with dollars', ($) => `$${$.count}.00, $5 and $\{x}`, '$$${count}.00, $5 and $${x}'],
    ['texts put together', ($) => 'see ' + String($.topic), 'see ${topic}'],
  ] as readonly (readonly [string, ($: References<Run>) => unknown, unknown])[]) {
    it(`records ${title}`, () => {
      expect(recorded(args)).to.deep.equal(data);
    });
  }

  for (const [text, data] of [
    ['$topic', '$$topic'],
    ['$topic.x', '$$topic.x'],
    ['${topic}', '$${topic}'],
    ['$$', '$$$'],
    ['$5.00', '$5.00'],
    ['a $topic', 'a $topic'],
    ['\u0000["topic"]\u0000', '\u0000["topic"]\u0000'],
  ] as const) {
    it(`keeps the text ${JSON.stringify(text)} a text`, () => {
      expect(recorded(() => [text])).to.deep.equal([data]);
    });
  }

  it('keeps keys, numbers, dates and instances as they are', () => {
    const date = new Date(5);
    const map = new Map();
    expect(recorded(() => ({ $topic: 5, none: null, nothing: undefined, date, map }))).to.deep.equal({
      $topic: 5,
      none: null,
      nothing: undefined,
      date,
      map,
    });
  });

  it('records a key like __proto__, which a check refuses before the flow runs', () => {
    expect(
      recorded(($) => ($.topic as unknown as { __proto__: { constructor: unknown } }).__proto__.constructor),
    ).to.equal('$topic.__proto__.constructor');
  });

  for (const [title, misuse, message] of [
    ['a product', ($) => $.count * 2, '$count is a reference, expected data or a template string, got arithmetic'],
    [
      'a sign',
      ($) => -($.hits[0] as Hit).rank,
      '$hits[0].rank is a reference, expected data or a template string, got arithmetic',
    ],
    ['a comparison', ($) => $.count > 5, '$count is a reference, expected data or a template string, got arithmetic'],
    [
      'a conversion',
      ($) => Math.abs($.count),
      '$count is a reference, expected data or a template string, got arithmetic',
    ],
    ['a method', ($) => $.topic.toUpperCase(), 'toUpperCase is not a function'],
    ['a method of an array', ($) => $.hits.map((hit: unknown) => hit), 'map is not a function'],
    [
      'its fields spread',
      ($) => ({ ...$.options }),
      '$options is a reference, expected data or a template string, got its fields listed or spread',
    ],
    [
      'its fields listed',
      ($) => Object.keys($.options),
      '$options is a reference, expected data or a template string, got its fields listed or spread',
    ],
    [
      'its JSON',
      ($) => JSON.stringify($.options),
      '$options is a reference, expected data or a template string, got its fields listed or spread',
    ],
    [
      'its items spread',
      ($) => [...$.hits],
      '$hits is a reference, expected data or a template string, got its items listed',
    ],
    [
      'a search in it',
      ($) => 'depth' in $.options,
      '$options is a reference, expected data or a template string, got a search in it',
    ],
    [
      'an assignment to it',
      ($) => ($.options.depth = 5),
      '$options is a reference, expected data or a template string, got an assignment to it',
    ],
    [
      'the whole run',
      ($) => $,
      '$ stands for the run, expected a field of it or a template string, got its fields listed or spread',
    ],
    [
      'the whole run as a field',
      ($) => ({ all: $ }),
      '$ stands for the run, expected a field of it or a template string, got its fields listed or spread',
    ],
    [
      'the whole run spread',
      ($) => ({ ...$ }),
      '$ stands for the run, expected a field of it or a template string, got its fields listed or spread',
    ],
    ['the whole run in a text', ($) => `${$}`, '$: expected the name of an input field or of a step'],
    ['a part of a template string', ($) => `see ${$.topic}`.slice(0, -3), partOfText],
    ['a template string that was encoded', ($) => `?q=${encodeURIComponent(`x${$.topic}`)}`, partOfText],
    ['a template string in a key', ($) => ({ [`x-${$.topic}`]: 1 }), partOfText],
    ['a reference for a key', ($) => ({ [$.topic]: 1 }), partOfText],
  ] as readonly (readonly [string, ($: Run) => unknown, string])[]) {
    it(`refuses ${title}`, () => {
      // What no compiler keeps from taking the references for values.
      expect(() => recorded(misuse as unknown as ($: References<Run>) => unknown)).to.throw(TypeError, message);
    });
  }

  it('refuses data that contains itself', () => {
    const data: Record<string, unknown> = {};
    data['self'] = [data];
    expect(() => recorded(() => data)).to.throw(
      TypeError,
      'arguments: expected at most 64 levels, and no cycle, got more',
    );
  });

  it('takes 64 levels, and refuses 65', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 'end' : [nested(levels - 1)]);
    expect(recorded(() => nested(64))).to.deep.equal(nested(64));
    expect(() => recorded(() => nested(65))).to.throw(TypeError, 'expected at most 64 levels');
  });

  it('gives data of its own, so that what is changed later changes nothing', () => {
    const list = [1];
    const data = recorded(() => ({ list }));
    list.push(2);
    expect(data).to.deep.equal({ list: [1] });
  });
});
