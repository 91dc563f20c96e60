import { expect } from 'chai';
import { sectionOf, tableOf, withSections } from '../../scripts/markedSections.js';

describe('the marked sections of a page', () => {
  const page = ['before', '<!-- a -->', 'old', '<!-- /a -->', 'between', '<!-- b --><!-- /b -->', 'after'].join('\n');

  it('are replaced, and the rest of the page is left as it is', () => {
    expect(withSections('page.md', page, { a: 'new', b: '$& as it stands' }).split('\n')).to.deep.equal([
      ...['before', '<!-- a -->', '', 'new', '', '<!-- /a -->', 'between'],
      ...['<!-- b -->', '', '$& as it stands', '', '<!-- /b -->', 'after'],
    ]);
  });

  it('come out the same when they are replaced by the same once more', () => {
    const once = withSections('page.md', page, { a: 'new', b: 'too' });
    expect(withSections('page.md', once, { a: 'new', b: 'too' })).to.equal(once);
  });

  it('are read as they were written', () => {
    expect(sectionOf('page.md', page, 'a')).to.equal('old');
    expect(sectionOf('page.md', withSections('page.md', page, { b: 'new\n\ntext' }), 'b')).to.equal('new\n\ntext');
    expect(() => sectionOf('page.md', page, 'c')).to.throw('page.md: expected <!-- c -->');
  });

  it('must be on the page', () => {
    expect(() => withSections('page.md', page, { c: 'new' })).to.throw(
      'page.md: expected <!-- c --> and, after it, <!-- /c -->',
    );
  });

  it('must be closed after they were opened', () => {
    expect(() => withSections('page.md', '<!-- /a --> <!-- a -->', { a: 'new' })).to.throw(
      'page.md: expected <!-- a -->',
    );
  });
});

describe('a table', () => {
  it('has a line for the heads, one of dashes, and one for each row', () => {
    expect(tableOf(['x', 'y'], [['1', '2']])).to.equal('| x | y |\n| --- | --- |\n| 1 | 2 |');
  });
});
