import { expect } from 'chai';
import { parseCommand } from '../../../examples/dependency-audit/options.js';

describe('parseCommand', () => {
  it('audits the current folder as text by default', () => {
    expect(parseCommand([])).to.deep.equal({ kind: 'audit', options: { folder: '.', format: 'text' } });
  });

  it('takes a folder, --json and --record in any order', () => {
    expect(parseCommand(['--record', 'events.jsonl', 'some/folder', '--json'])).to.deep.equal({
      kind: 'audit',
      options: { folder: 'some/folder', format: 'json', record: 'events.jsonl' },
    });
  });

  it('prefers help to everything else', () => {
    expect(parseCommand(['a', 'b', '-h'])).to.deep.equal({ kind: 'help' });
  });

  it('refuses an option that it does not know', () => {
    expect(parseCommand(['--jsno']))
      .to.have.property('reason')
      .that.includes("Unknown option '--jsno'");
  });

  it('refuses more than one folder', () => {
    expect(parseCommand(['a', 'b'])).to.deep.equal({ kind: 'misuse', reason: 'expected one folder, got 2: a, b' });
  });

  it('refuses --record without a file', () => {
    expect(parseCommand(['--record'])).to.have.property('kind', 'misuse');
    expect(parseCommand(['--record='])).to.have.property('reason', '--record needs the name of a file');
  });
});
