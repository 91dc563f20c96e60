import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const FOLDER = 'test/testing/failing';

interface Failed {
  readonly title: string;
  readonly file: string;
  readonly err: {
    readonly message?: string;
    readonly stack?: string;
    readonly name?: string;
    readonly expected?: string;
    readonly actual?: string;
    readonly showDiff?: boolean;
  };
}

describe('tests that are meant to fail', () => {
  const messages = messagesIn(readFileSync(`${FOLDER}/messages.md`, 'utf8'));
  let failed: ReadonlyMap<string, Failed>;

  before(() => {
    const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--require', 'tsx', '--reporter', 'json'];
    const { stdout, stderr } = spawnSync(process.execPath, [...mocha, `${FOLDER}/*.ts`], { encoding: 'utf8' });
    const report = JSON.parse(stdout === '' ? `{ "tests": [], "error": ${JSON.stringify(stderr)} }` : stdout) as {
      readonly tests: readonly Failed[];
      readonly failures: readonly Failed[];
      readonly error?: string;
    };
    expect(report.error).to.equal(undefined);
    expect(report.tests.map(({ title }) => title)).to.deep.equal(report.failures.map(({ title }) => title));
    failed = new Map(report.tests.map((test) => [test.title, test]));
  });

  it('are all of them written down', () => {
    expect([...messages.keys()].sort()).to.deep.equal([...failed.keys()].sort());
  });

  for (const [title, message] of messages) {
    it(`print what is written down: ${title}`, () => {
      expect(failed.get(title)?.err.message).to.equal(message);
    });
  }

  it('give editors two diagrams to show beside each other', () => {
    const { err } = failed.get('a value that is another one deep inside') as Failed;
    expect(err.name).to.equal('AssertionError');
    expect(err.showDiff).to.equal(true);
    expect(err.expected).to.equal("--a-b|\na  { hits: [{ id: 'y' }] }\nb  { hits: [] }");
    expect(err.actual).to.equal("--c-b|\nb  { hits: [] }\nc  { hits: [{ id: 'x' }] }");
  });

  it('give both diagrams of each expectation that failed', () => {
    const { err } = failed.get('several expectations') as Failed;
    expect(err.expected).to.equal('b|\n\n-|');
    expect(err.actual).to.equal('a|\n\na|');
  });

  it('show subscriptions beside each other too', () => {
    const { err } = failed.get('a subscription too many') as Failed;
    expect([err.expected, err.actual]).to.deep.equal(['^!', '^!\n^!']);
  });

  for (const [title, line] of [
    ['a value that comes too late', "expectStream(cold('--a---b|', hits)).toBe('--a--b|', hits)"],
    ['a subscription too many', "expectSubscriptions(source$).toBe('^!')"],
    ['a status that stays too long', "expectStatus(orchestrator, 'search').toBe('a-b--a')"],
    ['an expectation without toBe', "expectStream(cold('a|'))"],
    ['emitMarbles of another stream', "expect(cold('--a|')).to.emitMarbles('-a|')"],
  ] as const) {
    it(`lead to the line that says what is expected: ${title}`, () => {
      const { err, file } = failed.get(title) as Failed;
      const source = readFileSync(file, 'utf8').split('\n');
      const places = [...(err.stack ?? '').matchAll(/failing\/\w+\.ts:(\d+)/g)].map(([, number]) => Number(number));
      expect(source[(places[0] ?? 0) - 1]).to.contain(line);
    });
  }
});

/** Each message by the title of its test. */
function messagesIn(page: string): ReadonlyMap<string, string> {
  const entries = [...page.matchAll(/^### (.+)\n\n```\n([\s\S]*?)\n```$/gm)];
  return new Map(entries.map(([, title = '', message = '']) => [title, message]));
}
