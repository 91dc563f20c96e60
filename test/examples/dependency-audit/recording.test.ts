import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { isRight, left } from 'fp-ts/Either';
import { lastValueFrom, of, throwError } from 'rxjs';
import { ToolEvent } from 'toolstream';
import { audit, createAuditor } from '../../../examples/dependency-audit/audit.js';
import { startRecording } from '../../../examples/dependency-audit/recording.js';
import { temporaryFolders } from './temporaryFolders.js';

describe('startRecording', () => {
  const { folder } = temporaryFolders();

  it('writes every event as a line that the codec of events reads back', async () => {
    const root = await folder({});
    const auditor = createAuditor();
    const seen: ToolEvent[] = [];
    const watching = auditor.history$.subscribe((event) => seen.push(event));
    const recording = await startRecording(auditor.history$, join(root, 'events.jsonl'));
    await lastValueFrom(audit(auditor, root));
    watching.unsubscribe();
    if (isRight(recording)) await recording.right.stop();

    const lines = (await readFile(join(root, 'events.jsonl'), 'utf8')).trimEnd().split('\n');
    const events = lines.map((line) => ToolEvent.decode(JSON.parse(line)));
    expect(events.every(isRight)).to.equal(true);
    expect(events.map((event) => isRight(event) && event.right.seq)).to.deep.equal(seen.map(({ seq }) => seq));
    expect(seen.map(({ type }) => type)).to.include.members([
      'tool.registered',
      'run.started',
      'call.failed',
      'run.failed',
    ]);
  });

  it('gives the reason if the file cannot be opened', async () => {
    const root = await folder({});
    expect(await startRecording(of(), join(root, 'missing', 'events.jsonl'))).to.deep.equal(
      left('no such file or folder'),
    );
    expect(await startRecording(of(), root)).to.deep.equal(left('is a folder'));
  });

  it('rejects at the end if the events could not all be written', async () => {
    const root = await folder({});
    const recording = await startRecording(
      throwError(() => new Error('no more events')),
      join(root, 'events.jsonl'),
    );
    const outcome = isRight(recording) ? await recording.right.stop().catch((reason: unknown) => reason) : recording;
    expect(outcome).to.have.property('message', 'no more events');
  });
});
