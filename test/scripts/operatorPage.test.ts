import { expect } from 'chai';
import { declarationsOf } from '../../scripts/docstrings.js';
import { operatorPageOf } from '../../scripts/operatorPage.js';

const source = `
/** What a gate is made of. */
export interface GateOptions {
  /** How many, at least 1. Default: 1. */
  readonly limit?: number | 'all';
}

/** A gate. */
export class Gate {
  private held = 0;

  /** How many are held. */
  get size(): number {
    return this.held;
  }
}

/** It was refused. */
export class Refused extends Error {
  constructor(
    /** Why. */
    readonly reason: Reason,
  ) {
    super();
  }
}

/** Why it was refused. */
export type Reason = 'full' | 'late';

/**
 * Guards a source.
 *
 * \`\`\`marbles
 * limit: 1
 * source  -a|
 * \`\`\`
 *
 * Errors with {@link Refused}. State: the {@link Gate}.
 *
 * @throws RangeError for a wrong option.
 *
 * @example
 * \`\`\`ts
 * guard(withGate({ limit: 1 }));
 * \`\`\`
 */
export function withGate<T>(gate: GateOptions | Gate): MonoTypeOperatorFunction<T> {}

/** Guards twice. */
export function withTwo<T>(options: { readonly gate: GateOptions }): MonoTypeOperatorFunction<T> {}
`;

function pageOf(name = 'withGate', typeChecks = false, text = source): string {
  const declared = declarationsOf({ 'operators/gate.ts': text });
  return operatorPageOf(name, { declared, operators: ['withGate', 'withTwo'], typeChecks: () => typeChecks });
}

describe('operatorPageOf', () => {
  it('begins with the name, where the page comes from, and the first sentence', () => {
    expect(pageOf()).to.match(
      /^# withGate\n\n\*Generated from the docstrings of `operators\/gate\.ts`[^#]*Guards a source\./,
    );
  });

  it('shows each diagram as a picture below its text', () => {
    expect(pageOf()).to.contain('source  -a|\n```\n\n![limit: 1](img/withGate-1.svg)\n\nErrors with');
  });

  it('shows diagrams as text, column by column', () => {
    expect(pageOf()).to.include('```text\nlimit: 1\nsource  -a|\n```');
  });

  it('lists the options with their types and meanings', () => {
    expect(pageOf()).to.include("| `limit?` | `number \\| 'all'` | How many, at least 1. Default: 1. |");
  });

  it('lists the errors that are linked to, with their fields, and what is thrown at once', () => {
    const page = pageOf();
    expect(page).to.include("| `Refused` | It was refused. | `reason: 'full' \\| 'late'` (Why) |");
    expect(page).to.include('Throws RangeError for a wrong option.');
  });

  it('gives the state a section of its own, with what can be asked of it', () => {
    const page = pageOf();
    expect(page).to.include('## State\n\nThe `Gate`.\n\n### Gate\n\nA gate.');
    expect(page).to.include('| `size` | How many are held. |');
    expect(page).not.to.include('State:');
  });

  it('has an example checked where it type-checks as it stands, and shows it as text where not', () => {
    expect(pageOf('withGate', true)).to.include('```ts no-run\nguard(');
    expect(pageOf('withGate', false)).to.include('```\nguard(');
  });

  it('refuses an option that has no docstring, whose meaning would be missing', () => {
    const undocumented = source.replace('/** How many, at least 1. Default: 1. */', '');
    expect(() => pageOf('withGate', false, undocumented)).to.throw(
      "operators: limit?: number | 'all' has no docstring",
    );
  });

  it('refuses an operator that is declared nowhere', () => {
    expect(() => pageOf('withNothing')).to.throw('operators: withNothing is declared nowhere');
  });
});
