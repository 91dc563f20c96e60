import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { expect } from 'chai';
import { isLeft, isRight } from 'fp-ts/Either';
import type * as toolstream from '../src/index.js';
import {
  ChainFailed,
  isApprovalDenied,
  isChainFailed,
  isCircuitOpen,
  isInvalidArguments,
  isInvalidFlow,
  isInvalidResult,
  isNotResumable,
  isParallelFailed,
  isPlanFailed,
  isRateLimitExceeded,
  isToolBusy,
  isToolError,
  isToolFailed,
  isToolNotFound,
  isToolTimeout,
  isUnresolvedReference,
  RateLimitExceeded,
  ToolBusy,
  ToolError,
  ToolFailed,
  ToolNotFound,
  UnresolvedReference,
} from '../src/index.js';
import { anyErrors } from './support/errors.js';

const guards = {
  ToolNotFound: isToolNotFound,
  InvalidArguments: isInvalidArguments,
  InvalidResult: isInvalidResult,
  ToolTimeout: isToolTimeout,
  RateLimitExceeded: isRateLimitExceeded,
  ToolBusy: isToolBusy,
  CircuitOpen: isCircuitOpen,
  ApprovalDenied: isApprovalDenied,
  ToolFailed: isToolFailed,
  UnresolvedReference: isUnresolvedReference,
  ChainFailed: isChainFailed,
  PlanFailed: isPlanFailed,
  ParallelFailed: isParallelFailed,
  InvalidFlow: isInvalidFlow,
  NotResumable: isNotResumable,
} satisfies Record<ToolError['_tag'], (error: unknown) => boolean>;

function throughJson(error: ToolError): ToolError {
  const decoded = ToolError.decode(JSON.parse(JSON.stringify(ToolError.encode(error))));
  if (isLeft(decoded)) throw new Error('expected an error');
  return decoded.right;
}

describe('an error', () => {
  it('is of one of the classes, each of which has a guard', () => {
    expect(anyErrors.map(([{ _tag }]) => _tag)).to.have.members(Object.keys(guards));
  });

  for (const [error, message] of anyErrors) {
    describe(error._tag, () => {
      it(`says: ${message}`, () => {
        expect(error.message).to.equal(message);
        expect(Error.prototype.toString.call(error)).to.equal(`${error._tag}: ${message}`);
      });

      it('is an Error, named by its tag, with a stack', () => {
        expect(error).to.be.instanceOf(Error);
        expect(error.name).to.equal(error._tag);
        expect(error.stack).to.include('errors.ts');
      });

      it('is known by its own guard alone, and by isToolError', () => {
        const known = Object.entries(guards).filter(([, guard]) => guard(error));
        expect(known.map(([tag]) => tag)).to.deep.equal([error._tag]);
        expect(isToolError(error)).to.equal(true);
      });

      it('is the same after it was read from JSON: its class, its fields, its words', () => {
        const read = throughJson(error);
        expect(read).to.be.instanceOf(error.constructor).and.not.equal(error);
        expect(read.message).to.equal(message);
        expect(guards[error._tag](read)).to.equal(true);
        expect(JSON.stringify(read)).to.equal(JSON.stringify(error));
      });

      it('is itself for its codec', () => {
        const decoded = ToolError.decode(error);
        expect(isRight(decoded) && decoded.right).to.equal(error);
        expect(ToolError.is(error)).to.equal(true);
      });

      it('is refused by its codec where a field is missing or wrong', () => {
        const json = error.toJSON() as Record<string, unknown>;
        // A circuit that is held open by hand says no time to come again.
        const optional = error._tag === 'CircuitOpen' ? ['retryAfterMs'] : [];
        const free = ['_tag', 'message', 'cause', 'context', 'results', ...optional];
        const fields = Object.keys(json).filter((key) => !free.includes(key));
        for (const field of fields) {
          const { [field]: _left, ...others } = json;
          expect(isLeft(ToolError.decode(others)), `without ${field}`).to.equal(true);
          expect(isLeft(ToolError.decode({ ...json, [field]: null })), `null for ${field}`).to.equal(true);
        }
      });
    });
  }

  it('is not what only looks like one', () => {
    const lookalikes = [
      undefined,
      null,
      'ToolFailed',
      {},
      { _tag: 'ToolFailed' },
      new Error('ToolFailed'),
      anyErrors[0]?.[0].toJSON(),
    ];
    for (const lookalike of lookalikes) {
      expect(isToolError(lookalike)).to.equal(false);
      expect(Object.values(guards).some((guard) => guard(lookalike))).to.equal(false);
    }
  });

  for (const json of [undefined, null, 7, 'ToolFailed', [], {}, { _tag: 'Unknown' }, { _tag: 'ToolFailed' }]) {
    it(`is not what ${JSON.stringify(json) ?? 'undefined'} is read as`, () => {
      expect(isLeft(ToolError.decode(json))).to.equal(true);
    });
  }
});

describe('the words of an error', () => {
  const ids = { tool: 't', callId: 'a' };

  for (const [closest, message] of [
    [[], "no tool 't' is registered"],
    [['u'], "no tool 't' is registered; did you mean 'u'?"],
  ] as const) {
    it(`are for ${String(closest.length)} names that are near: ${message}`, () => {
      expect(new ToolNotFound({ ...ids, closest }).message).to.equal(message);
    });
  }

  for (const [reason, words] of [
    ['limit', 'the rate limit is used up'],
    ['queueFull', 'the queue of the rate limit is full'],
    ['maxWait', 'the rate limit would make it wait longer than maxWaitMs'],
    ['maxKeys', 'the rate limit keeps as many keys as it may'],
  ] as const) {
    it(`are for RateLimitExceeded by ${reason}: ${words}`, () => {
      const error = new RateLimitExceeded({ ...ids, reason, retryAfterMs: 5 });
      expect(error.message).to.equal(`'t' was not started: ${words}; retry after 5 ms`);
    });
  }

  it('are for ToolBusy by maxWait: no slot became free', () => {
    expect(new ToolBusy({ ...ids, reason: 'maxWait', running: 1, queued: 2 }).message).to.equal(
      "'t' was not started: no slot became free within maxWaitMs (1 running, 2 waiting)",
    );
  });

  it('are for a reference whose very name is unknown: the run itself', () => {
    const fields = { ...ids, step: 's', reference: '$x', nearest: '', found: '{}' };
    expect(new UnresolvedReference(fields).message).to.equal(
      "step 's': $x leads nowhere; the nearest that exists is the run itself: {}",
    );
  });
});

describe('an error of another copy of the package', () => {
  const load = createRequire(__filename);
  // Run from the sources, or compiled for the coverage.
  const path = load.resolve(`../src/index${extname(__filename)}`);

  /** The package, loaded once more. */
  function anotherCopy(): typeof toolstream {
    const root = path.replace(/src.index\.[jt]s$/, '');
    const ours = Object.keys(load.cache).filter((key) => key.startsWith(root) && !key.includes('node_modules'));
    const kept = ours.map((key) => [key, load.cache[key]] as const);
    for (const key of ours) Reflect.deleteProperty(load.cache, key);
    try {
      return load(path) as typeof toolstream;
    } finally {
      for (const [key, module] of kept) load.cache[key] = module;
    }
  }

  const other = anotherCopy();
  const theirs = new other.ToolNotFound({ tool: 't', callId: 'a', closest: [] });

  it('is none of our class', () => {
    expect(other.ToolNotFound).not.to.equal(ToolNotFound);
    expect(theirs).not.to.be.instanceOf(ToolNotFound);
  });

  it('is known by our guards', () => {
    expect(isToolError(theirs)).to.equal(true);
    expect(isToolNotFound(theirs)).to.equal(true);
    expect(isToolFailed(theirs)).to.equal(false);
  });

  it('is written by our codec, also as the cause of an error of ours, and read as one of our class', () => {
    expect(throughJson(theirs)).to.be.instanceOf(ToolNotFound);
    const failed = throughJson(new ToolFailed({ tool: 'u', callId: 'b', attempt: 1, cause: theirs }));
    expect(isToolFailed(failed) && failed.cause).to.be.instanceOf(ToolNotFound);
  });
});

describe('an error whose cause has a cause', () => {
  it('is the same after it was read from JSON, down to what was thrown first', () => {
    const thrown = Object.assign(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }), { code: 'E1' });
    const failed = new ToolFailed({ tool: 't', callId: 'a', attempt: 1, cause: thrown });
    const chain = new ChainFailed({
      tool: 't',
      callId: 'a',
      runId: 'r',
      flow: 'f',
      step: 's',
      cause: failed,
      context: { topic: 'rxjs' },
    });
    const read = throughJson(chain);
    expect(isChainFailed(read) && read.context).to.deep.equal({ topic: 'rxjs' });
    const inner = isChainFailed(read) ? read.cause : undefined;
    expect(inner).to.be.instanceOf(ToolFailed).with.property('message', "'t' failed: fetch failed");
    const first = isToolFailed(inner) ? (inner.cause as Error) : undefined;
    expect(first).to.include({ name: 'TypeError', message: 'fetch failed', code: 'E1' });
    expect(first?.cause).to.be.an('error').with.property('message', 'ECONNREFUSED');
    expect(JSON.stringify(read)).to.equal(JSON.stringify(chain));
  });
});
