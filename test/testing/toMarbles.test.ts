import { expect } from 'chai';
import * as t from 'io-ts';
import { concat, interval, map, mergeMap, NEVER, of, take, throwError, timer } from 'rxjs';
import type { AnyTool, ToolEvent } from '../../src/index.js';
import { Mark, toMarbles, type ToMarblesOptions, type VirtualScheduler } from '../../src/testing/index.js';
import { recorded, type Recorder } from '../support/tape.js';
import { toolOf } from '../support/stage.js';

type Does = (scheduler: VirtualScheduler) => (args: never) => unknown;

/** A tool named `search`, unless the settings say otherwise. */
function tool(does: Does, settings: Partial<AnyTool> = {}) {
  return (scheduler: VirtualScheduler): readonly AnyTool[] => [
    toolOf(does(scheduler), { name: 'search', ...settings }),
  ];
}

/** The rows, each with its name, and what has to be said of them. */
function drawn(
  tools: (scheduler: VirtualScheduler) => readonly AnyTool[],
  play: (recorder: Recorder) => void,
  options?: ToMarblesOptions,
): readonly string[] {
  return toMarbles(recorded(tools, play, 5_000), options).lanes.map(
    ({ name, text, remarks }) => [name, ...remarks].join(', ') + ' ' + text,
  );
}

const afterMs: Does = (scheduler) => (args: { ms: number }) => timer(args.ms, scheduler).pipe(map(() => args.ms));

describe('toMarbles', () => {
  it('draws a call from its start to its end', () => {
    expect(
      drawn(tool(afterMs), ({ call }) => {
        call('a', 'search', { ms: 4 });
      }),
    ).to.deep.equal(['search >---(a|)']);
  });

  it('draws each value, and the same letter for the same value in all rows', () => {
    const two: Does = (scheduler) => () =>
      interval(3, scheduler).pipe(
        take(2),
        map((index) => ({ page: index })),
      );
    const lanes = toMarbles(
      recorded(tool(two), ({ call, at }) => {
        call('a', 'search');
        at(2, () => {
          call('b', 'search');
        });
      }),
    ).lanes;
    expect(lanes.map(({ name, text, values }) => ({ name, text, values }))).to.deep.equal([
      { name: 'search 1', text: '>--a--(b|)', values: { '>': Mark.of('starts'), a: { page: 0 }, b: { page: 1 } } },
      {
        name: 'search 2',
        text: '-->--a    --(b|)',
        values: { '>': Mark.of('starts'), a: { page: 0 }, b: { page: 1 } },
      },
    ]);
  });

  it('draws how calls wait for a slot, in as many rows as overlap', () => {
    const three = ({ call }: Recorder): void => {
      for (const id of 'abc') call(id, 'search', { ms: 10 });
    };
    expect(drawn(tool(afterMs, { concurrency: 2 }), three)).to.deep.equal([
      'search 1 >---------(a|)',
      'search 2 >---------(a|)',
      'search 3 :--------->---------(a|)',
    ]);
  });

  it('draws how calls wait for a rate permit, and calls that follow each other in one row', () => {
    const play = ({ call, at }: Recorder): void => {
      for (const ms of [0, 6, 20]) {
        at(ms, () => {
          call(`${ms}`, 'search', { ms: 2 });
        });
      }
    };
    expect(drawn(tool(afterMs, { rateLimit: { limit: 1, perMs: 10 } }), play)).to.deep.equal([
      'search >-(a|);--->-(a|)---->-(a|)',
    ]);
  });

  it('draws each attempt, and that another will follow', () => {
    const fails: Does = (scheduler) => () =>
      timer(2, scheduler).pipe(mergeMap(() => throwError(() => new Error('HTTP 503'))));
    const retry = { maxAttempts: 2, backoff: () => 3 };
    expect(
      drawn(tool(fails, { retry }), ({ call }) => {
        call('a', 'search');
      }),
    ).to.deep.equal(['search >-~-->-#']);
  });

  it('draws timeouts, cancels and refusals, each with a sign of its own', () => {
    const settings = { timeoutMs: 6, input: t.type({ ms: t.number }) };
    const play = ({ call, at }: Recorder): void => {
      call('late', 'search', { ms: 50 });
      at(10, () => {
        call('left', 'search', { ms: 50 }, 13);
      });
      at(20, () => {
        call('wrong', 'search', {});
        call('unknown', 'searhc', {});
      });
    };
    expect(drawn(tool(afterMs, settings), play)).to.deep.equal([
      'search >-----%--->--/------<',
      'searhc --------------------<',
    ]);
  });

  it('draws what a run has more after each step', () => {
    const flow = {
      steps: [
        { tool: 'search', arguments: { ms: '$ms' }, outputKey: 'first' },
        { tool: 'search', arguments: { ms: 3 }, outputKey: 'second' },
      ],
    };
    const { lanes } = toMarbles(
      recorded(tool(afterMs), ({ orchestrator }) => {
        orchestrator.run(flow, { ms: 5 }).subscribe();
      }),
    );
    expect(lanes.map(({ name, text }) => `${name} ${text}`)).to.deep.equal([
      'search 1 >----(a|)',
      'search 2 ----->   --(b|)',
      'context >----c   --(d|)',
    ]);
    expect(lanes.at(-1)?.values).to.deep.equal({ '>': Mark.of('starts'), c: { first: 5 }, d: { second: 3 } });
  });

  it('scales time until groups have room, and says so', () => {
    const quick: Does = (scheduler) => () => concat(of('a', 'b'), timer(1, scheduler).pipe(map(() => 'c')));
    const diagram = toMarbles(
      recorded(tool(quick), ({ call }) => {
        call('x', 'search');
      }),
    );
    expect(diagram).to.deep.include({ scale: 5, exact: true });
    expect(diagram.lanes.map(({ text }) => text)).to.deep.equal(['(>ab)(c|)']);
    expect(String(diagram)).to.match(/^5 characters are 1 ms/);
  });

  it('says what it could not draw exactly, and lists its frames', () => {
    const quick: Does = (scheduler) => () => concat(of('a', 'b'), timer(1, scheduler).pipe(map(() => 'c')));
    const diagram = toMarbles(
      recorded(tool(quick), ({ call }) => {
        call('x', 'search', { q: 1 });
      }),
      { scale: 1 },
    );
    expect(diagram.exact).to.equal(false);
    expect(String(diagram)).to.equal(
      [
        '1 character is 1 ms',
        'search: 2 notifications found no room at the time of coming, and stand elsewhere',
        '',
        'ms      0    1',
        'search  (>ab)(c|)',
        '',
        '>  starts',
        '|  succeeded',
        '',
        'search  0–1 ms  { q: 1 } (x): succeeded',
        '',
        'frames of search',
        '0 ms  > starts, a, b',
        '1 ms  c, | succeeded',
      ].join('\n'),
    );
  });

  it('prints the rows below the time, a legend, and each call with its arguments and its end', () => {
    const events = recorded(tool(afterMs, { timeoutMs: 30, concurrency: 1 }), ({ call, at }) => {
      call('first', 'search', { ms: 3 });
      call('second', 'search', { ms: 80 });
      at(25, () => {
        call('third', 'search', { ms: 80 });
      });
    });
    const exceeded = "ToolTimeout: 'search' exceeded its timeoutMs of 30 ms in attempt 1, waiting for the first value";
    expect(String(toMarbles(events)).split('\n')).to.deep.equal([
      '1 character is 1 ms',
      '',
      'ms        0  3         25      33     63',
      'search 1  >--(a|) 18ms :-------> 29ms %',
      'search 2  :-->--- 18ms --------%',
      '',
      '>  starts',
      'a  3',
      '|  succeeded',
      ':  waits for a slot',
      '%  timed out',
      '',
      'search 1  0–3 ms  { ms: 3 } (first): succeeded',
      `search 1  25–63 ms  { ms: 80 } (third): timed out, ${exceeded}`,
      `search 2  0–33 ms  { ms: 80 } (second): timed out, ${exceeded}`,
    ]);
  });

  it('continues below what is wider than wanted, and lists no more lines than wanted', () => {
    const play = ({ call, at }: Recorder): void => {
      call('a', 'search', { ms: 5 });
      call('b', 'search', { ms: 60 });
      for (const ms of [10, 20, 30, 40, 50]) {
        at(ms, () => {
          call(`${ms}`, 'search', { ms: 5 });
        });
      }
    };
    const printed = String(toMarbles(recorded(tool(afterMs), play), { width: 40, maxLines: 2 }));
    expect(printed.split('\n')).to.deep.equal([
      '1 character is 1 ms',
      '',
      'ms        0    5    10   15   20   25   30   35',
      'search 1  >----(a|)->----(a|)->----(a|)->----(a|)-',
      'search 2  >---------------------------------------',
      '',
      'ms        40   45   50   55   60',
      'search 1  >----(a|)->----(a|)',
      'search 2  --------------------(b|)',
      '',
      '>  starts',
      'a  5',
      '… and 2 more',
      '',
      'search 1  0–5 ms  { ms: 5 } (a): succeeded',
      'search 1  10–15 ms  { ms: 5 } (10): succeeded',
      '… and 5 more',
    ]);
  });

  it('leaves out of a later piece what is silent there', () => {
    const play = ({ call, at }: Recorder): void => {
      call('a', 'search', { ms: 70 });
      call('b', 'search', { ms: 2 });
      at(80, () => {
        call('c', 'search', { ms: 9 });
      });
    };
    const rows = String(toMarbles(recorded(tool(afterMs, { timeoutMs: 99 }), play), { width: 20 }))
      .split('\n')
      .slice(2, 8);
    expect(rows).to.deep.equal([
      'ms        0 2',
      'search 1  >----- 64ms',
      'search 2  >-(c|)',
      '',
      'ms        70        80',
      'search 1  (a|)------>--------',
    ]);
  });

  it('draws calls of which the beginning or the end is lost, and says what is missing', () => {
    const events = recorded(tool(afterMs, { concurrency: 1 }), ({ call }) => {
      call('a', 'search', { ms: 5 });
      call('b', 'search', { ms: 5 });
    });
    const part = toMarbles(events.slice(3, -1));
    expect(part.remarks).to.deep.equal(['3 events are missing: what they told of is not drawn']);
    expect(part.lanes.map(({ name, text, exact }) => [name, text, exact])).to.deep.equal([
      ['search 1', '(a|)', true],
      ['search 2', '>----a', true],
    ]);
    expect(String(part)).to.contain('search 2  0–… ms  { ms: 5 } (b): had not ended');
  });

  it('never goes back in time, and says that the clock did', () => {
    const events = recorded(tool(afterMs), ({ call }) => {
      call('a', 'search', { ms: 5 });
    });
    const back = events.map((event, index): ToolEvent => (index > 1 ? { ...event, at: event.at - 9 } : event));
    expect(toMarbles(back).lanes).to.have.lengthOf(1);
    expect(toMarbles(back).lanes[0]).to.deep.include({
      text: '(>a|)',
      exact: false,
      remarks: ['the clock went back: what came after that is drawn at the latest time before it'],
    });
  });

  it('has a row for a tool whose circuit opens, and for events of types that it does not know', () => {
    const event = { v: 1, at: 0, tool: 'search', callId: 'a', attempt: 1 };
    const events = [
      { ...event, seq: 1, type: 'call.started', args: {} },
      { ...event, seq: 2, at: 2, type: 'call.thoughtOfLater' },
      { v: 1, seq: 3, at: 2, type: 'circuit.opened', tool: 'search' },
      { v: 1, seq: 4, at: 3, type: 'nobody.knows' },
    ] as unknown as ToolEvent[];
    const { lanes } = toMarbles(events);
    expect(lanes.map(({ name, kind, text, values }) => [name, kind, text, values])).to.deep.equal([
      ['search', 'call', '>-a', { '>': Mark.of('starts'), a: Mark.of('call.thoughtOfLater') }],
      ['search (tool)', 'tool', '--b', { b: Mark.of('circuit.opened') }],
    ]);
  });

  it('draws only the tools that are asked for', () => {
    const both = (scheduler: VirtualScheduler): readonly AnyTool[] =>
      ['search', 'fetch'].flatMap((name) => tool(afterMs, { name })(scheduler));
    const play = ({ call }: Recorder): void => {
      call('a', 'search', { ms: 2 });
      call('b', 'fetch', { ms: 2 });
    };
    expect(drawn(both, play, { tools: ['fetch'] })).to.deep.equal(['fetch >-(a|)']);
  });

  it('tells calls apart that were given the same id one after the other', () => {
    const play = ({ call, at }: Recorder): void => {
      call('a', 'search', { ms: 2 });
      at(10, () => {
        call('a', 'search', { ms: 2 });
      });
    };
    const { lanes } = toMarbles(recorded(tool(afterMs), play));
    expect(lanes.map(({ text, units }) => [text, units.length])).to.deep.equal([['>-(a|)---->-(a|)', 2]]);
  });

  it('shows what a call was doing when', () => {
    const play = ({ call }: Recorder): void => {
      call('a', 'search', { ms: 4 });
      call('b', 'search', {}, 9);
    };
    const stuck: Does = (scheduler) => (args: { ms?: number }) => (args.ms ? afterMs(scheduler)(args as never) : NEVER);
    const { lanes } = toMarbles(recorded(tool(stuck, { concurrency: 1 }), play));
    expect(lanes.map(({ spans }) => spans)).to.deep.equal([
      [{ from: 0, to: 4, state: 'running' }],
      [
        { from: 0, to: 4, state: 'waiting' },
        { from: 4, to: 9, state: 'running' },
      ],
    ]);
  });

  it('draws nothing of nothing', () => {
    expect(toMarbles([])).to.deep.include({ lanes: [], exact: true, endsAt: 0 });
    expect(String(toMarbles([]))).to.equal('no calls and no runs');
  });

  it('refuses options that are unknown or out of range', () => {
    expect(() => toMarbles([], { scale: 1.5 })).to.throw(
      RangeError,
      'scale: expected a whole number of at least 1, got 1.5',
    );
    expect(() => toMarbles([], { witdh: 5 } as never)).to.throw(TypeError, "did you mean 'width'?");
    expect(() => toMarbles([], { width: 5 })).to.throw(RangeError, 'width: expected at least 20 columns, got 5');
  });
});
