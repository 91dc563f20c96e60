import { expect } from 'chai';
import { of, Subject, VirtualTimeScheduler } from 'rxjs';
import { ToolFailed, type ToolStatus } from 'toolstream';
import { NO_PROGRESS, type Progress } from '../../../examples/dependency-audit/progress.js';
import { draw, frameOf, type View } from '../../../examples/dependency-audit/terminalView.js';

const error = new ToolFailed({ tool: 'b', callId: 'c', attempt: 1, cause: new Error('oh\u001b[2J no') });
const statuses: Readonly<Record<string, ToolStatus>> = {
  readLockfile: { tool: 'readLockfile', state: 'available', running: 0, queued: 0, accepting: true },
  a: { tool: 'a', state: 'busy', running: 16, queued: 1_200, accepting: true },
  b: { tool: 'b', state: 'error', error, running: 0, queued: 0, accepting: true },
};
const halfway: Progress = {
  ...NO_PROGRESS,
  packages: 24,
  ended: new Map([
    ['readLockfile', 1],
    ['a', 49],
  ]),
};
const view: View = { tools: ['readLockfile', 'a', 'b'], statuses, progress: halfway };

const withoutColours = (text: string) => text.replace(/\u001b\[\d+m/g, '');

/** A screen that keeps what was written to it. */
function fakeScreen() {
  const written: string[] = [];
  return { written, columns: 80, rows: 24, write: (text: string) => written.push(text) };
}

describe('frameOf', () => {
  it('has a line for each tool, in their order, and one with the bar', () => {
    expect(frameOf(view, { columns: 80, rows: 24 }).map(withoutColours)).to.deep.equal([
      '  readLockfile  available     1 done',
      '  a             busy          49 done, 16 running, 1,200 waiting',
      "  b             error         0 done  'b' failed: oh\uFFFD[2J no",
      '  █████████████░░░░░░░░░░░░░  50 %  50 of 100 calls',
    ]);
  });

  it('has no bar before the packages are counted', () => {
    expect(frameOf({ ...view, progress: NO_PROGRESS }, {}).at(-1)).to.equal('  looking for packages');
  });

  it('cuts lines that would wrap and leaves out those that would scroll', () => {
    const frame = frameOf(view, { columns: 20, rows: 3 }).map(withoutColours);
    expect(frame).to.deep.equal(['  b             err', '  ███░░░  50 %  50 ']);
  });
});

describe('draw', () => {
  it('hides the cursor, draws, and gives the screen and the cursor back when it is unsubscribed', () => {
    const screen = fakeScreen();
    const listeners = process.listenerCount('exit');
    draw(of(view), screen).subscribe().unsubscribe();
    const [hide, frame = '', giveBack] = screen.written;
    expect(hide).to.equal('\u001b[?25l');
    expect(withoutColours(frame)).to.match(/^ {2}readLockfile.*\n.*\n.*\n.*50 of 100 calls\n$/);
    expect(giveBack).to.equal('\u001b[4A\u001b[0J\u001b[?25h');
    expect(process.listenerCount('exit')).to.equal(listeners);
  });

  it('gives the cursor back when the process ends in the middle', () => {
    const screen = fakeScreen();
    const before = process.listeners('exit');
    const drawing = draw(of(view), screen).subscribe();
    const [giveBack] = process.listeners('exit').filter((listener) => !before.includes(listener));
    giveBack?.(0);
    expect(screen.written.at(-1)).to.equal('\u001b[4A\u001b[0J\u001b[?25h');
    drawing.unsubscribe();
  });

  it('draws over the frame before, at most twelve times a second, and never misses the last view', () => {
    const scheduler = new VirtualTimeScheduler();
    const screen = fakeScreen();
    const views$ = new Subject<View>();
    const drawing = draw(views$, screen, scheduler).subscribe();
    for (let ms = 0; ms < 1_000; ms++) {
      scheduler.schedule(() => views$.next({ ...view, tools: ms === 999 ? ['a'] : view.tools }), ms);
    }
    scheduler.flush();
    const frames = screen.written.slice(1);
    expect(frames).to.have.lengthOf(13);
    expect(frames[1]?.startsWith('\u001b[4A\u001b[0J')).to.equal(true);
    expect(withoutColours(frames.at(-1) ?? '')).to.match(/^\u001b\[4A\u001b\[0J {2}a {2}busy.*\n.*\n$/);
    drawing.unsubscribe();
  });
});
