import { expect } from 'chai';
import { left, right } from 'fp-ts/Either';
import { parseCommand } from '../../../examples/flow-from-file/command.js';

describe('the command line of a flow from a file', () => {
  it('has the file, the input, and what is to be shown', () => {
    expect(
      parseCommand(['f.json', 'name=Ada', 'count=3', 'list=["a"]', 'odd=a=b', 'none=', '--show', 'x']),
    ).to.deep.equal(
      right({
        file: 'f.json',
        input: { name: 'Ada', count: 3, list: ['a'], odd: 'a=b', none: '' },
        show: ['x'],
        help: false,
      }),
    );
  });

  it('keeps a name that the language has a meaning for', () => {
    const command = parseCommand(['f.json', '__proto__=1']);
    expect(command._tag === 'Right' && Object.keys(command.right.input)).to.deep.equal(['__proto__']);
  });

  const wrong: readonly (readonly [readonly string[], string])[] = [
    [[], 'expected a file with a flow, got none'],
    [['f.json', 'name'], 'expected NAME=VALUE, got name'],
    [['f.json', '=3'], 'expected NAME=VALUE, got =3'],
    [['f.json', 'a=1', 'a=2'], 'expected a once, got it twice'],
  ];
  for (const [args, reason] of wrong) {
    it(`says of ${JSON.stringify(args)}: ${reason}`, () => {
      expect(parseCommand(args)).to.deep.equal(left(reason));
    });
  }
});
