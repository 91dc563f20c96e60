import { expect } from 'chai';
import { lastValueFrom, scan, share } from 'rxjs';
import { audit, createAuditor } from '../../../examples/dependency-audit/audit.js';
import { showLive } from '../../../examples/dependency-audit/liveView.js';
import { NO_PROGRESS, progressOf } from '../../../examples/dependency-audit/progress.js';
import { temporaryFolders } from './temporaryFolders.js';

const CONTROL_CODE = /(?!\n)\p{Cc}/u;

describe('showLive', () => {
  const { project } = temporaryFolders();

  /** All that is shown of a small audit. */
  async function shown(isTTY: boolean, environment: NodeJS.ProcessEnv): Promise<string> {
    let text = '';
    const auditor = createAuditor();
    const root = await project({ '': {}, 'node_modules/a': { manifest: {} } });
    const progress$ = auditor.events$.pipe(scan(progressOf, NO_PROGRESS), share());
    const stream = { isTTY, write: (part: string) => (text += part) };
    const live = showLive({ stream, environment, auditor, progress$, root });
    await lastValueFrom(audit(auditor, root));
    live.unsubscribe();
    return text;
  }

  it('draws on a terminal: the status of each tool', async () => {
    const text = await shown(true, { TERM: 'xterm' });
    expect(text).to.match(CONTROL_CODE);
    expect(text).to.match(/readLockfile +(?:busy|available)/);
  });

  it('prints lines without control codes where there is no terminal', async () => {
    expect(await shown(false, { TERM: 'xterm' })).to.match(/^1 package to inspect\n(?:\d+ %: .*\n)+$/);
  });

  for (const [name, value] of Object.entries({ NO_COLOR: '1', CI: 'true', TERM: 'dumb' })) {
    it(`prints lines without control codes on a terminal with ${name}=${value}`, async () => {
      expect(await shown(true, { [name]: value })).not.to.match(CONTROL_CODE);
    });
  }

  it('lets the audit go on where nothing more can be shown', async () => {
    let text = '';
    const auditor = createAuditor();
    const stream = {
      isTTY: false,
      write: (part: string) => {
        if (part.startsWith('1 package')) throw new Error('no room');
        text += part;
      },
    };
    const root = await project({ '': {}, 'node_modules/a': { manifest: {} } });
    const progress$ = auditor.events$.pipe(scan(progressOf, NO_PROGRESS), share());
    showLive({ stream, environment: {}, auditor, progress$, root });
    await lastValueFrom(audit(auditor, root));
    expect(text).to.equal('cannot show more: no room\n');
  });
});
