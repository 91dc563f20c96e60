import { expect } from 'chai';
import { defer, EMPTY, map, NEVER, type Observable, of, Subject, throwError, timer } from 'rxjs';
import type { ApprovalDecision, ApprovalRequest, Approve } from '../src/index.js';
import { Stage, toolOf } from './support/stage.js';

/** The stage of the test that runs. */
let stage: Stage;

function ask(approve: Approve, settings: object = {}): Stage {
  const run = (args: { id?: number }): unknown => of(args.id ?? 'done');
  return new Stage([toolOf(run, { approve, ...settings })]);
}

function approvedAfter(ms: number): Observable<ApprovalDecision> {
  return defer(() => timer(ms, stage.scheduler)).pipe(map((): ApprovalDecision => 'approved'));
}

function reasonOf(of: Stage): unknown {
  return (of.event('call.rejected').error as { reason?: string }).reason;
}

describe('the approval of a call', () => {
  it('lets the call begin when it comes', () => {
    stage = ask(() => approvedAfter(30));
    stage.call('a');
    stage.flush();
    expect(stage.log).to.deep.equal([
      '0 a approval.requested',
      '30 a approval.decided',
      '30 a started',
      '30 a emitted',
      '30 a > done',
      '30 a succeeded',
      '30 a > end',
    ]);
    expect(stage.event('approval.decided').approved).to.equal(true);
    stage.expectNothingHeld();
  });

  it('rejects the call with the reason where it is denied, and calls nothing', () => {
    stage = ask(() => of({ denied: 'too dear' }));
    stage.call('a');
    expect(stage.log).to.deep.equal([
      '0 a approval.requested',
      '0 a approval.decided',
      '0 a rejected',
      '0 a > ApprovalDenied',
    ]);
    expect(reasonOf(stage)).to.equal('too dear');
    expect(stage.event('approval.decided')).to.include({ approved: false, reason: 'too dear' });
  });

  for (const [name, approve, reason] of [
    ['completes without an answer', () => EMPTY, 'asking failed: there was no answer'],
    ['errors', () => throwError(() => new Error('offline')), 'asking failed: offline'],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      'asking failed: broken',
    ],
    ['gives what is no answer', () => of('yes' as never), 'expected \'approved\' or { denied: … }, got "yes"'],
  ] as const) {
    it(`is denied where asking ${name}`, () => {
      stage = ask(approve as Approve);
      stage.call('a');
      expect(reasonOf(stage)).to.equal(reason);
    });
  }

  it('goes by the first answer', () => {
    stage = ask(() => of('approved' as const, { denied: 'late' }));
    stage.call('a');
    expect(stage.log.at(-1)).to.equal('0 a > end');
  });

  it('is asked with the call, the tool, the decoded arguments and a digest that differs from call to call', () => {
    const requests: ApprovalRequest[] = [];
    stage = ask((request) => {
      requests.push(request);
      return of('approved' as const);
    });
    stage.call('a', { id: 1 });
    stage.call('b', { id: 1 });
    stage.call('c', { id: 2 });
    expect(requests.map(({ callId, tool, arguments: args }) => [callId, tool.name, args])).to.deep.equal([
      ['a', 't', { id: 1 }],
      ['b', 't', { id: 1 }],
      ['c', 't', { id: 2 }],
    ]);
    expect(new Set(requests.map(({ digest }) => digest)).size).to.equal(3);
    expect(requests[0]?.digest).to.match(/^[0-9a-f]{64}$/);
  });

  it('is for the arguments that were asked about: when they have been changed meanwhile, it is denied', () => {
    const args = { id: 1 };
    stage = ask(() => approvedAfter(10));
    stage.call('a', args);
    args.id = 2;
    stage.flush();
    expect(reasonOf(stage)).to.equal('the arguments were changed meanwhile');
  });

  it('counts against the deadline of the call, but not against its timeout', () => {
    stage = ask(() => approvedAfter(50), { timeoutMs: 10, deadlineMs: 100 });
    stage.call('a');
    stage.flush();
    expect(stage.log.at(-1)).to.equal('50 a > end');
    stage = ask(() => NEVER, { deadlineMs: 100 });
    stage.call('b');
    stage.flush();
    expect((stage.event('call.timedOut').error as { outstanding?: string }).outstanding).to.equal('an approval');
    stage.expectNothingHeld();
  });

  it('is not waited for any more when the caller leaves', () => {
    const answers$ = new Subject<ApprovalDecision>();
    stage = ask(() => answers$);
    stage.call('a').unsubscribe();
    expect(answers$.observed).to.equal(false);
    expect(stage.log).to.deep.equal(['0 a approval.requested', '0 a cancelled']);
  });

  it('lists what is pending, and takes it off when it is decided or not wanted any more', () => {
    const answers$ = new Subject<ApprovalDecision>();
    stage = ask(({ callId }) => (callId === 'a' ? answers$ : NEVER));
    const pending: string[] = [];
    stage.orchestrator.approvals$.subscribe((requests) => pending.push(requests.map(({ callId }) => callId).join()));
    stage.call('a');
    const b = stage.call('b');
    answers$.next('approved');
    b.unsubscribe();
    expect(pending).to.deep.equal(['', 'a', 'a,b', 'b', '']);
  });

  it("asks the orchestrator's where the tool has none of its own", () => {
    const asked: string[] = [];
    const approve: Approve = ({ tool }) => {
      asked.push(`${tool.name} ${String(tool.destructive ?? false)}`);
      return of('approved' as const);
    };
    const own: Approve = () => of({ denied: 'own' });
    stage = new Stage(
      [toolOf(() => of(1), { name: 'x', destructive: true }), toolOf(() => of(1), { name: 'y', approve: own })],
      { approve },
    );
    stage.call('a', {}, { tool: 'x' });
    stage.call('b', {}, { tool: 'y' });
    expect(asked).to.deep.equal(['x true']);
    expect(stage.log.at(-1)).to.equal('0 b > ApprovalDenied');
  });

  it('is asked for each caller of a cached tool, not for the work behind the cache', () => {
    let asked = 0;
    stage = ask(
      () => {
        asked++;
        return of('approved' as const);
      },
      { cache: {} },
    );
    stage.call('a');
    stage.call('b');
    expect(asked).to.equal(2);
    expect(stage.events.filter(({ type }) => type === 'call.started')).to.have.length(1);
  });

  it('has no fallback unless that is asked for', () => {
    stage = ask(() => of({ denied: 'no' }), { fallback: { value: 'instead' } });
    stage.call('a');
    expect(stage.log.at(-1)).to.equal('0 a > ApprovalDenied');
  });
});
