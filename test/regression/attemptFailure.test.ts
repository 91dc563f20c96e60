import { expect } from 'chai';
import { catchError, concat, of, retry, throwError, timer } from 'rxjs';
import { isToolTimeout } from '../../src/index.js';
import { Stage, toolOf } from '../support/stage.js';

const failLater = (stage: Stage) =>
  concat(
    timer(1, stage.scheduler),
    throwError(() => new Error('broken')),
  );

describe('an attempt that fails', () => {
  it('is in the history before the value with which an operator of the tool replaces it', () => {
    const stage: Stage = new Stage([toolOf(() => failLater(stage), { operators: [catchError(() => of('instead'))] })]);
    stage.call('a');
    stage.flush();
    expect(stage.log.slice(3)).to.deep.equal([
      '1 a attemptFailed',
      '1 a emitted',
      '1 a > instead',
      '1 a succeeded',
      '1 a > end',
    ]);
  });

  it('is in the history before the other error with which an operator of the tool replaces it', () => {
    const stage: Stage = new Stage([
      toolOf(() => failLater(stage), { operators: [catchError(() => throwError(() => new Error('another')))] }),
    ]);
    stage.call('a');
    stage.flush();
    expect(stage.log.slice(3)).to.deep.equal(['1 a attemptFailed', '1 a failed', '1 a > ToolFailed']);
    expect(stage.event('call.attemptFailed').error.message).to.equal("'t' failed: broken");
    expect(stage.event('call.failed').error.message).to.equal("'t' failed: another");
  });

  it('is in the history before the end with which an operator of the tool replaces it', () => {
    const stage: Stage = new Stage([toolOf(() => failLater(stage), { operators: [catchError(() => of())] })]);
    stage.call('a');
    stage.flush();
    expect(stage.log.slice(3)).to.deep.equal(['1 a attemptFailed', '1 a succeeded', '1 a > end']);
  });

  it('leaves the call running no longer while an operator of the tool waits to try again', () => {
    const stage: Stage = new Stage([
      toolOf(() => throwError(() => new Error('broken')), {
        concurrency: 1,
        operators: [retry({ count: 1, delay: () => timer(10, stage.scheduler) })],
      }),
    ]);
    stage.call('a');
    stage.call('b');
    const loads = stage.events.flatMap((event) => ('load' in event && event.load ? [event.load.running] : []));
    expect(Math.max(...loads)).to.equal(1);
    expect(stage.orchestrator.stats()).to.include({ running: 0, permits: 0 });
  });

  it('is what the deadline says the call went on after, when that passes before the next attempt', () => {
    const stage: Stage = new Stage([
      toolOf(() => throwError(() => new Error('broken')), {
        deadlineMs: 5,
        operators: [retry({ count: 1, delay: () => timer(10, stage.scheduler) })],
      }),
    ]);
    let message: string | undefined;
    stage.call('a', {}, { error: (error) => (message = isToolTimeout(error) ? error.message : error._tag) });
    stage.flush();
    expect(message).to.equal("'t' exceeded its deadlineMs of 5 ms in attempt 1, waiting for what follows its failure");
  });
});
