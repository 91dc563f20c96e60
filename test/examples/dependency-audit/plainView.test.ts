import { expect } from 'chai';
import { of } from 'rxjs';
import { type ToolEvent, ToolFailed } from 'toolstream';
import { linesOf } from '../../../examples/dependency-audit/plainView.js';
import { NO_PROGRESS, type Progress } from '../../../examples/dependency-audit/progress.js';

function linesFor(events: readonly ToolEvent[], progress: readonly Progress[] = []): readonly string[] {
  const lines: string[] = [];
  linesOf(of(...events), of(...progress), '/project').subscribe((line) => lines.push(line));
  return lines;
}

const failure = (folder: string, message: string): ToolEvent => {
  const about = { tool: 'readManifest', callId: 'c', attempt: 1 };
  return {
    ...about,
    v: 1,
    seq: 1,
    at: 1,
    load: { running: 0, queued: 0, accepting: true },
    type: 'call.failed',
    args: { folder },
    values: 0,
    durationMs: 1,
    error: new ToolFailed({ ...about, cause: new Error(message) }),
  };
};

const ended = (calls: number): Progress => ({
  ...NO_PROGRESS,
  packages: 24,
  ended: new Map([['readManifest', calls]]),
});

describe('linesOf', () => {
  it('tells each failure with the package and the reason', () => {
    expect(linesFor([failure('/project/node_modules/a', 'package.json: is not JSON')])).to.deep.equal([
      'readManifest failed for node_modules/a: package.json: is not JSON',
    ]);
  });

  it('tells a failure of the project itself', () => {
    expect(linesFor([failure('/project', 'no')])).to.deep.equal(['readManifest failed for the project: no']);
  });

  it('tells how far it is at every tenth of the way, and no more often', () => {
    expect(
      linesFor([], [NO_PROGRESS, ended(0), ended(1), ended(10), ended(11), ended(12), ended(30), ended(100)]),
    ).to.deep.equal([
      '24 packages to inspect',
      '10 %: 10 of 100 calls',
      '30 %: 30 of 100 calls',
      '100 %: 100 of 100 calls',
    ]);
  });

  it('prints no control codes', () => {
    expect(linesFor([failure('/project/a\u001b[2J', 'b\nc')])).to.deep.equal([
      'readManifest failed for a\uFFFD[2J: b\uFFFDc',
    ]);
  });
});
