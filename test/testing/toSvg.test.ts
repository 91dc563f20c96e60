import { expect } from 'chai';
import * as fc from 'fast-check';
import { map, timer } from 'rxjs';
import { Mark, readLane, toMarbles, toSvg } from '../../src/testing/index.js';
import { toolOf } from '../support/stage.js';
import { recorded } from '../support/tape.js';
import { type Element, elementsOf } from '../support/xml.js';

const ofClass = (elements: readonly Element[], name: string): readonly Element[] =>
  elements.filter(({ attributes }) => attributes['class'] === name);
const textsOf = (elements: readonly Element[], name: string): readonly string[] =>
  ofClass(elements, name).map(({ text }) => text);
const numberOf = (element: Element, name: string): number => Number(element.attributes[name]);

/** The boxes that texts take up, as wide as 0.6 em a character. */
function boxesOf(elements: readonly Element[]): readonly { left: number; right: number; y: number; text: string }[] {
  return elements
    .filter(({ name }) => name === 'text')
    .map((element) => {
      const width = element.text.length * 12 * 0.6;
      const anchor = element.attributes['text-anchor'] ?? 'start';
      const left = numberOf(element, 'x') - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0);
      return { left, right: left + width, y: numberOf(element, 'y'), text: element.text };
    });
}

function overlaps(elements: readonly Element[]): readonly string[] {
  const boxes = [...boxesOf(elements)].sort((a, b) => a.y - b.y || a.left - b.left);
  return boxes.flatMap((box, at) => {
    const faults: string[] = [];
    for (let next = at + 1; next < boxes.length && (boxes[next]?.y ?? 0) - box.y < 12; next++) {
      const other = boxes[next];
      if (other && other.left < box.right && box.left < other.right) faults.push(`${box.text} over ${other.text}`);
    }
    return faults;
  });
}

describe('toSvg', () => {
  const diagram = [readLane('source', '--a---b----c|'), readLane('subs', '^------!'), readLane('output', '--a---b#')];

  it('draws each lane with its name, its marks and its end', () => {
    const elements = elementsOf(toSvg(diagram));
    expect(textsOf(elements, 'name')).to.deep.equal(['source', 'subs', 'output']);
    expect(textsOf(elements, 'label')).to.deep.equal(['a', 'b', 'c', '^', '!', 'a', 'b']);
    expect(ofClass(elements, 'end')).to.have.lengthOf(1);
    expect(ofClass(elements, 'fail')).to.have.lengthOf(1);
    expect(ofClass(elements, 'running')).to.have.lengthOf(3);
  });

  it('puts what happened at one time below each other, and later things further to the right', () => {
    const labels = ofClass(elementsOf(toSvg(diagram)), 'label').map((label) => numberOf(label, 'x'));
    const [a, b, c, from, to, a2, b2] = labels;
    expect([a2, b2]).to.deep.equal([a, b]);
    expect([from, a, b, to, c]).to.deep.equal([...labels.slice(0, 5)].sort((x, y) => x - y));
    // 24 px for each ms.
    expect((b ?? 0) - (a ?? 0)).to.be.closeTo(4 * 24, 8);
  });

  it('puts what came at one moment into one mark, with the end beside it', () => {
    const elements = elementsOf(toSvg([readLane('output', '-(ab|)')]));
    expect(textsOf(elements, 'label')).to.deep.equal(['ab']);
    expect(ofClass(elements, 'end')).to.have.lengthOf(1);
  });

  it('says what it shows to those who cannot see it', () => {
    const [svg, title, desc] = elementsOf(toSvg(diagram));
    expect([svg?.name, svg?.attributes['role']]).to.deep.equal(['svg', 'img']);
    expect([title?.name, title?.text]).to.deep.equal(['title', 'Marble diagram']);
    expect([desc?.name, desc?.text]).to.deep.equal([
      'desc',
      '3 lanes with 9 marks, from 0 to 12 ms: source, subs, output',
    ]);
    const told = elementsOf(toSvg(diagram, { title: 'A <timeout>', description: 'b & c' }));
    expect([told[1]?.text, told[2]?.text]).to.deep.equal(['A <timeout>', 'b & c']);
  });

  it('has colours for the dark', () => {
    const style = elementsOf(toSvg(diagram)).find(({ name }) => name === 'style')?.text ?? '';
    expect(style).to.contain('@media (prefers-color-scheme:dark)');
    for (const name of ['paper', 'name', 'label', 'running', 'value', 'end', 'fail']) {
      expect(
        style.split('@media').filter((part) => part.includes(`.${name}`)),
        name,
      ).to.have.lengthOf(2);
    }
  });

  it('draws a recording, waiting and running apart, with a legend', () => {
    const events = recorded(
      (scheduler) => [
        toolOf(({ ms }: { ms: number }) => timer(ms, scheduler).pipe(map(() => ({ ms }))), {
          name: 'search',
          concurrency: 1,
          timeoutMs: 20,
        }),
      ],
      ({ call }) => {
        call('a', 'search', { ms: 10 });
        call('b', 'search', { ms: 30 });
      },
    );
    const elements = elementsOf(toSvg(toMarbles(events).lanes));
    expect(textsOf(elements, 'name')).to.deep.equal(['search 1', 'search 2']);
    expect(ofClass(elements, 'running')).to.have.lengthOf(2);
    expect(ofClass(elements, 'waiting')).to.have.lengthOf(1);
    expect(textsOf(elements, 'legend')).to.deep.equal([
      '>  starts',
      'a  { ms: 10 }',
      ':  waits for a slot',
      '%  timed out',
    ]);
    expect(textsOf(elementsOf(toSvg(toMarbles(events).lanes, { legend: false })), 'legend')).to.deep.equal([]);
  });

  it('counts what would lie on top of each other, and stays legible with 100 lanes of 10,000 events', () => {
    const random = fc.sample(
      fc.array(fc.record({ frame: fc.nat(86_400_000), sign: fc.constantFrom(...'abcdefghij>:~%|#') }), {
        minLength: 100,
        maxLength: 100,
      }),
      { numRuns: 100, seed: 1 },
    );
    const lanes = random.map((signs, index) => ({
      name: `tool number ${index}`,
      signs: [...signs].sort((a, b) => a.frame - b.frame),
      values: {
        '>': Mark.of('starts'),
        ...Object.fromEntries([...'abcdefghij'].map((letter) => [letter, { letter }])),
      },
    }));
    const svg = toSvg(lanes);
    const elements = elementsOf(svg);
    expect(svg.length).to.be.lessThan(600_000);
    expect(overlaps(elements)).to.deep.equal([]);
    const counts = textsOf(elements, 'label').filter((label) => label.startsWith('×'));
    expect(counts.length).to.be.greaterThan(500);
    expect(Number(elements[0]?.attributes['width'])).to.equal(960);
    expect(Number(elements[0]?.attributes['height'])).to.be.lessThan(100 * 22 + 400);
  });

  it('counts every sign once', () => {
    const lane = { name: 'busy', signs: Array.from({ length: 5_000 }, (_, at) => ({ frame: at * 20, sign: 'a' })) };
    const labels = textsOf(elementsOf(toSvg([lane])), 'label');
    const sum = labels.reduce(
      (total, label) => total + (label.startsWith('×') ? Number(label.slice(1)) : label.length),
      0,
    );
    expect(sum).to.equal(5_000);
  });

  it('is well-formed and has no text over another, whatever the names and the values', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const sign = fc.record({ frame: fc.nat(3_000), sign: fc.constantFrom(...'abz>|#:%') });
    const lane = fc.record({
      name: fc.oneof(text, fc.constantFrom('</text><script>', '"\'&<>', '\u0000\ud800', ']]>')),
      signs: fc.array(sign, { maxLength: 40 }).map((signs) => [...signs].sort((a, b) => a.frame - b.frame)),
      values: fc.dictionary(fc.constantFrom('a', 'b', 'z'), fc.oneof(text, fc.jsonValue())),
    });
    fc.assert(
      fc.property(
        fc.array(lane, { maxLength: 6 }),
        text,
        text,
        fc.integer({ min: 240, max: 2_000 }),
        (lanes, title, description, width) => {
          const elements = elementsOf(toSvg(lanes, { title, description, width }));
          const [svg] = elements;
          expect(elements.filter(({ name }) => name === 'script')).to.deep.equal([]);
          expect(svg?.attributes['width']).to.equal(String(width));
          const narrow = elements.filter(
            ({ attributes }) => attributes['class'] !== 'name' && attributes['class'] !== 'legend',
          );
          expect(overlaps(narrow)).to.deep.equal([]);
          for (const { text: shown, right } of boxesOf(narrow)) expect(right, shown).to.be.at.most(width);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('leaves room between the times, however long they are', () => {
    for (const end of [0.4, 7, 999, 86_400_000, 1e14]) {
      const elements = elementsOf(toSvg([{ name: 'long', signs: [{ frame: end, sign: 'a' }] }], { width: 300 }));
      expect(overlaps(elements), String(end)).to.deep.equal([]);
      expect(textsOf(elements, 'tick').length, String(end)).to.be.within(2, 8);
    }
  });

  it('draws nothing of nothing', () => {
    expect(textsOf(elementsOf(toSvg([])), 'label')).to.deep.equal([]);
    expect(textsOf(elementsOf(toSvg([{ name: 'silent', signs: [] }])), 'name')).to.deep.equal(['silent']);
  });

  it('cuts what is too long to be shown', () => {
    const [name = ''] = textsOf(elementsOf(toSvg([readLane('a'.repeat(100), 'a')])), 'name');
    expect(name).to.match(/^a{20,30}…$/);
    const lane = { name: 'n', signs: [{ frame: 0, sign: 'x' }], values: { x: 'word '.repeat(100) } };
    const [legend = ''] = textsOf(elementsOf(toSvg([lane])), 'legend');
    expect(legend).to.match(/^x {2}'word .*…$/);
  });

  it('refuses options that are unknown or out of range', () => {
    expect(() => toSvg([], { width: 100 })).to.throw(RangeError, 'width: expected at least 240 px, got 100');
    expect(() => toSvg([], { widht: 500 } as never)).to.throw(TypeError, "did you mean 'width'?");
  });
});

describe('readLane', () => {
  it('takes a subscription for what it is', () => {
    expect(readLane('subs', '--^ 9ms !')).to.deep.equal({
      name: 'subs',
      signs: [
        { frame: 2, sign: '^' },
        { frame: 12, sign: '!' },
      ],
      spans: [{ from: 2, to: 12, state: 'running' }],
    });
    expect(readLane('subs', '---^--').spans).to.deep.equal([{ from: 3, to: undefined, state: 'running' }]);
  });

  it('keeps what the letters stand for', () => {
    expect(readLane('output', 'a|', { a: 1 })).to.deep.equal({
      name: 'output',
      signs: [
        { frame: 0, sign: 'a' },
        { frame: 1, sign: '|' },
      ],
      values: { a: 1 },
    });
  });
});
