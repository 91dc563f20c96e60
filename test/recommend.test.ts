import { expect } from 'chai';
import fc from 'fast-check';
import * as t from 'io-ts';
import { createToolIndex, type Recommendable, type ToolIndex } from '../src/recommend.js';
import { annotate, fieldsOf } from '../src/schema.js';

const nothing = t.type({});

function tool(name: string, description = '', input: t.Any = nothing): Recommendable {
  return { name, description, input };
}

function indexOf(...tools: readonly Recommendable[]): ToolIndex {
  const index = createToolIndex();
  for (const each of tools) index.add(each);
  return index;
}

function namesFor(index: ToolIndex, task: string, limit = 5): readonly string[] {
  return index.search(task, { limit }).map((each) => each.tool);
}

describe('createToolIndex', () => {
  describe('search', () => {
    const names: readonly (readonly [name: string, task: string, matched: string])[] = [
      ['fetchPage', 'the page', 'page'],
      ['fetch_page', 'the page', 'page'],
      ['fetch-page', 'the page', 'page'],
      ['web.fetch.page', 'the page', 'page'],
      ['encodeBase64', 'in base 64', 'base'],
      ['encodeBase64', 'as base64', 'base64'],
      ['parseHTTPUrl', 'over http', 'http'],
      ['getURLs', 'a url', 'url'],
      ['fetchPage', 'call fetchpage', 'fetchpage'],
      ['YouTubeSearch', 'call youTubeSearch', 'youtubesearch'],
      ['Überweisung', 'eine überweisung', 'überweisung'],
    ];
    for (const [name, task, matched] of names) {
      it(`finds the tool ${name} for "${task}"`, () => {
        const [found] = indexOf(tool(name)).search(task);
        expect(found?.tool).to.equal(name);
        expect(found?.matched).to.include(matched);
      });
    }

    it("finds a tool by its description, and by the names and descriptions of its input's fields", () => {
      const input = t.type({
        recipient: t.string,
        options: t.partial({ carbonCopy: annotate(t.string, 'somebody else who gets a duplicate') }),
      });
      const index = indexOf(tool('mail', 'Sends a letter.', input));
      for (const task of ['letters', 'recipients', 'carbon', 'duplicates']) {
        expect(namesFor(index, task), task).to.deep.equal(['mail']);
      }
    });

    it('weighs a word in the name above one in the description, and that above one in a field', () => {
      const index = indexOf(
        tool('field', 'first second', t.type({ invoice: t.string })),
        tool('description', 'first second invoice'),
        tool('invoice', 'first second third'),
      );
      expect(namesFor(index, 'invoice')).to.deep.equal(['invoice', 'description', 'field']);
    });

    it('weighs a rare word above a common one', () => {
      const index = indexOf(tool('a', 'sends reports'), tool('b', 'sends invoices'), tool('c', 'sends letters'));
      expect(namesFor(index, 'send an invoice')).to.deep.equal(['b', 'a', 'c']);
    });

    it('gives the words of the task that counted, as they were written, in lower case, each once', () => {
      const index = indexOf(tool('search', 'Finds pages in the documentation.'), tool('other', 'Something else.'));
      const [found] = index.search('Searching Documentation, searched the PAGE and the searching page');
      expect(found?.matched).to.deep.equal(['searching', 'documentation', 'searched', 'page']);
    });

    it('gives the word with its accents and in one piece, whatever part of it counted', () => {
      const index = indexOf(tool('cafe', 'join'));
      expect(index.search('CAFÉS forkJoin')[0]?.matched).to.deep.equal(['cafés', 'forkjoin']);
    });

    it('gives nothing for a task that no tool shares a word with, for stop words alone, and for an empty task', () => {
      const index = indexOf(tool('search', 'Please use this to find what you want.'));
      for (const task of ['invoice', 'please, I want to use this', '', ' \n', '!?']) {
        expect(index.search(task), task).to.deep.equal([]);
      }
    });

    it('gives nothing from an empty index', () => {
      expect(createToolIndex().search('anything')).to.deep.equal([]);
    });

    it('gives 5 recommendations unless told otherwise', () => {
      const index = indexOf(...'a b c d e f g h'.split(' ').map((name) => tool(name, 'page')));
      expect(index.search('page')).to.have.lengthOf(5);
      expect(index.search('page', {})).to.have.lengthOf(5);
      expect(index.search('page', { limit: 7 })).to.have.lengthOf(7);
      expect(index.search('page', { limit: Infinity })).to.have.lengthOf(8);
    });

    it('orders equal tools by name, however many there are', () => {
      const all = Array.from({ length: 500 }, (_, i) => `t${String((i * 7) % 500).padStart(3, '0')}`);
      const index = indexOf(...all.map((name) => tool(name, 'page')));
      expect(namesFor(index, 'page', 3)).to.deep.equal(['t000', 't001', 't002']);
      expect(namesFor(index, 'page', Infinity)).to.deep.equal([...all].sort());
    });

    for (const limit of [0, -1, 1.5, NaN, -Infinity]) {
      it(`refuses a limit of ${String(limit)}`, () => {
        expect(() => createToolIndex().search('x', { limit })).to.throw(
          RangeError,
          `recommend limit: expected a whole number of at least 1 or Infinity, got ${String(limit)}`,
        );
      });
    }

    const languages: readonly (readonly [language: string, description: string, task: string])[] = [
      ['Russian', 'Показывает прогноз погоды', 'какая погода? прогноз на завтра'],
      ['Greek', 'Δείχνει τον καιρό', 'ο ΚΑΙΡΌΣ και τον καιρό'],
      ['Arabic', 'يعرض حالة الطقس', 'كيف حالة الطقس اليوم'],
      ['Hindi', 'मौसम दिखाता है', 'आज का मौसम'],
      ['Chinese', '查询天气预报。', '明天北京的天气怎么样？'],
      ['Japanese', '天気予報を表示する', '明日の天気は'],
      ['Thai', 'แสดงพยากรณ์อากาศ', 'อากาศพรุ่งนี้'],
      ['Korean', '날씨 예보를 보여 준다', '내일 날씨'],
      ['French', 'Affiche la météo', 'la meteo de demain'],
    ];
    for (const [language, description, task] of languages) {
      it(`finds a tool that is described in ${language}`, () => {
        const index = indexOf(tool('t1', 'Something else, autre chose, 別の'), tool('t2', description));
        expect(namesFor(index, task)[0]).to.equal('t2');
      });
    }

    it('takes words that name properties of objects for words', () => {
      const words = ['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty'];
      const index = indexOf(...words.map((word) => tool(word, `the ${word}`)));
      for (const word of words) expect(namesFor(index, word)[0]).to.equal(word);
      expect(createToolIndex().search(words.join(' '))).to.deep.equal([]);
    });

    it('gives the same list again, unchanged by a list that was altered', () => {
      const index = indexOf(tool('search', 'Finds pages.'), tool('page', 'Loads a page.'));
      const first = index.search('search pages');
      const kept = structuredClone(first);
      (first as unknown[]).length = 0;
      expect(index.search('search pages')).to.deep.equal(kept);
    });
  });

  describe('add', () => {
    it('replaces a tool of the same name', () => {
      const index = indexOf(tool('send', 'Sends an invoice.'), tool('send', 'Sends a letter.'));
      expect(namesFor(index, 'invoice')).to.deep.equal([]);
      expect(namesFor(index, 'letter')).to.deep.equal(['send']);
    });

    it('takes a tool whose input cannot be read, without its fields', () => {
      const opaque = new t.Type('Opaque', t.string.is, t.string.validate, t.identity);
      expect(namesFor(indexOf(tool('send', 'Sends a letter.', opaque)), 'letter')).to.deep.equal(['send']);
    });
  });

  describe('remove', () => {
    it('takes the tool out of all lists, and leaves the others', () => {
      const index = indexOf(tool('a', 'page'), tool('b', 'page'));
      index.remove('a');
      expect(namesFor(index, 'a page')).to.deep.equal(['b']);
    });

    it('changes nothing for a name that is not there', () => {
      const index = indexOf(tool('a', 'page'));
      index.remove('b');
      index.remove('page');
      expect(namesFor(index, 'page')).to.deep.equal(['a']);
    });
  });
});

describe('createToolIndex, for any tools and tasks', () => {
  const word = fc.constantFrom('search', 'searches', 'page', 'pages', 'invoice', 'the', 'Café', '天気', 'base64', 'x');
  const words = fc.array(word, { maxLength: 6 }).map((list) => list.join(' '));
  const name = fc.constantFrom('a', 'b', 'page', 'searchPage', 'send_invoice', 'the');
  const anyTool = fc
    .record({ name, description: words, field: word, text: words })
    .map((made) => tool(made.name, made.description, t.type({ [made.field]: annotate(t.string, made.text) })));
  const step = fc.oneof(anyTool, name);
  const anyString = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map(fromUnits),
  );

  function fromUnits(units: readonly number[]): string {
    return String.fromCharCode(...units);
  }

  it('ranks after any additions and removals as an index of what is left, built in another order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), words, (steps, task) => {
        const index = createToolIndex();
        const left = new Map<string, Recommendable>();
        for (const each of steps) {
          if (typeof each === 'string') {
            index.remove(each);
            left.delete(each);
          } else {
            index.add(each);
            left.set(each.name, each);
          }
        }
        const fresh = indexOf(...[...left.values()].reverse());
        expect(index.search(task, { limit: Infinity })).to.deep.equal(fresh.search(task, { limit: Infinity }));
      }),
    );
  });

  it('gives finite scores above 0, falling, with at least one matched word each', () => {
    fc.assert(
      fc.property(fc.array(anyTool, { maxLength: 20 }), words, (tools, task) => {
        let last = Infinity;
        for (const { score, matched } of indexOf(...tools).search(task, { limit: Infinity })) {
          expect(score).to.be.greaterThan(0).and.at.most(last).and.below(Infinity);
          expect(matched).to.not.have.lengthOf(0);
          last = score;
        }
      }),
    );
  });

  it('begins a longer list with the shorter one', () => {
    const limits = fc.integer({ min: 1, max: 10 });
    fc.assert(
      fc.property(fc.array(anyTool, { maxLength: 20 }), words, limits, (tools, task, limit) => {
        const index = indexOf(...tools);
        const all = index.search(task, { limit: Infinity });
        expect(index.search(task, { limit })).to.deep.equal(all.slice(0, limit));
      }),
    );
  });

  it('never throws, whatever the names, descriptions and tasks', () => {
    fc.assert(
      fc.property(anyString, anyString, anyString, (one, two, task) => {
        const index = indexOf(tool(one, two, t.type({ [two]: annotate(t.string, one) })), tool(two, task));
        expect(index.search(task)).to.be.an('array');
        index.remove(one);
        expect(index.search(one)).to.be.an('array');
      }),
    );
  });
});

/** Counts what is asked of maps, and each entry they are walked over: the work of an index, on any machine the same. */
function mapWorkOf(run: () => void): number {
  const prototype = Map.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const methods = ['get', 'set', 'has', 'delete', 'forEach'];
  const originals = methods.map((method) => Object.getOwnPropertyDescriptor(prototype, method) ?? {});
  let work = 0;
  methods.forEach((method, i) => {
    const original = originals[i]?.value as (...args: unknown[]) => unknown;
    prototype[method] = function counted(this: unknown, first: unknown, ...rest: unknown[]): unknown {
      work++;
      const visit = first as (...entry: unknown[]) => unknown;
      const visitCounted = (...entry: unknown[]): unknown => (work++, visit(...entry));
      return original.call(this, method === 'forEach' ? visitCounted : first, ...rest);
    };
  });
  try {
    run();
  } finally {
    methods.forEach((method, i) => Object.defineProperty(prototype, method, originals[i] ?? {}));
  }
  return work;
}

describe('createToolIndex with 10,000 tools', () => {
  const rare = [0, 1, 2].map((i) => tool(`rare${String(i)}`, 'Weighs a quokka.'));
  const common = Array.from({ length: 9_997 }, (_, i) => tool(`read${String(i)}`, `Reads record ${String(i)}.`));
  const small = indexOf(...rare);
  const large = indexOf(...common, ...rare);

  it('does the work of 3 tools to search for a word that 3 of them have', () => {
    const work = mapWorkOf(() => large.search('weigh the quokkas'));
    expect(work).to.equal(mapWorkOf(() => small.search('weigh the quokkas')));
    expect(work).to.be.within(3, 50);
  });

  it('does the work of an empty index to search for words that no tool has', () => {
    const empty = createToolIndex();
    expect(mapWorkOf(() => large.search('wombats'))).to.equal(mapWorkOf(() => empty.search('wombats')));
  });

  it('visits each tool once per word to search for a word that nearly all have', () => {
    expect(mapWorkOf(() => large.search('read'))).to.be.within(9_997, 10_020);
  });

  it('adds, replaces and removes a tool with the work of an index of 3', () => {
    const changeTwice = (index: ToolIndex) => (): void => {
      index.add(tool('feeder', 'Feeds a quokka.'));
      index.add(tool('feeder', 'Feeds two quokkas.'));
      index.remove('feeder');
    };
    expect(mapWorkOf(changeTwice(large))).to.equal(mapWorkOf(changeTwice(small)));
  });
});

const catalogue: readonly Recommendable[] = [
  tool(
    'sendEmail',
    'Delivers a message to one or several mailboxes.',
    t.type({ recipients: t.array(t.string), subject: t.string, body: t.string }),
  ),
  tool(
    'getWeatherForecast',
    'Temperature, wind and chance of rain for the coming days.',
    t.type({ city: t.string, days: t.number }),
  ),
  tool(
    'convertCurrency',
    'Exchange rates between dollars, euros and other money.',
    t.type({ amount: t.number, from: t.string, to: t.string }),
  ),
  tool('translateText', 'Renders a passage in another language.', t.type({ text: t.string, targetLanguage: t.string })),
  tool(
    'create_calendar_event',
    'Books an appointment or meeting with its attendees.',
    t.type({ title: t.string, startsAt: t.string, attendees: t.array(t.string) }),
  ),
  tool('list_calendar_events', 'Shows what is scheduled on a day.', t.type({ day: t.string })),
  tool(
    'searchFlights',
    'Airline connections with fares and departure times.',
    t.type({ origin: t.string, destination: t.string, departureDate: t.string }),
  ),
  tool(
    'bookHotel',
    'Reserves a room for some nights.',
    t.type({ city: t.string, checkIn: t.string, nights: t.number, guests: t.number }),
  ),
  tool(
    'findRestaurants',
    'Places to eat near an address, with cuisine and ratings.',
    t.type({ near: t.string, cuisine: t.string }),
  ),
  tool(
    'getRecipe',
    'How to cook a dish: ingredients and preparation.',
    t.type({ ingredients: t.array(t.string), diet: t.string }),
  ),
  tool(
    'calculateRoute',
    'Driving directions and travel time between two places.',
    t.type({ origin: t.string, destination: t.string, avoidTolls: t.boolean }),
  ),
  tool(
    'trackParcel',
    'Where a shipment is, and when it will be delivered.',
    t.type({ trackingNumber: t.string, carrier: t.string }),
  ),
  tool(
    'get_stock_quote',
    'Current price of a share on the exchange.',
    t.type({ ticker: annotate(t.string, 'symbol of the company') }),
  ),
  tool('news.headlines', 'Recent articles from newspapers by topic.', t.type({ topic: t.string, country: t.string })),
  tool(
    'summarizeDocument',
    'Condenses a long text or PDF to its key points.',
    t.type({ url: t.string, maxSentences: t.number }),
  ),
  tool('ocrImage', 'Reads printed or handwritten characters out of a picture or scan.', t.type({ imageUrl: t.string })),
  tool(
    'generateImage',
    'Paints a picture or illustration from a description.',
    t.type({ prompt: t.string, style: t.string }),
  ),
  tool(
    'transcribeAudio',
    'Turns speech of a recording into written words.',
    t.type({ audioUrl: t.string, speakers: t.number }),
  ),
  tool('runSqlQuery', 'Reads rows from the tables of a database.', t.type({ statement: t.string })),
  tool('resizePhoto', 'Shrinks, crops and rotates JPEG and PNG files.', t.type({ width: t.number, height: t.number })),
  tool(
    'deployService',
    'Rolls a new version out to the production servers.',
    t.type({ service: t.string, version: t.string }),
  ),
  tool('restartServer', 'Stops a machine and boots it again.', t.type({ host: t.string })),
  tool(
    'createInvoice',
    'Bills a customer for items with tax.',
    t.type({ customer: t.string, items: t.array(t.type({ price: t.number, quantity: t.number })), vatRate: t.number }),
  ),
  tool('refundPayment', 'Gives a buyer the money of an order back.', t.type({ orderId: t.string, reason: t.string })),
  tool('setReminder', 'Alerts you at a given time.', t.type({ at: t.string, note: t.string })),
];

const tasks: readonly (readonly [task: string, ...tools: readonly string[]])[] = [
  ['Could you please let the whole team know by mail that we have to postpone the launch of the app?', 'sendEmail'],
  [
    'I am going to Lisbon at the weekend and do not know if I should take an umbrella: will it be raining there?',
    'getWeatherForecast',
  ],
  ['I have 250 dollars left over from the trip, what would that be in euros?', 'convertCurrency'],
  ['My landlord wrote to me in German, a language of which I do not understand anything', 'translateText'],
  ['Ana and Ben and I are meeting next Tuesday at ten in the morning, can you put that in?', 'create_calendar_event'],
  ['Is there anything on my schedule for this Friday afternoon, or am I free to leave?', 'list_calendar_events'],
  ['What is the cheapest way of flying from Oslo to Rome in May?', 'searchFlights'],
  ['We are three and would like to sleep two nights somewhere in the centre of Vienna, in one room', 'bookHotel'],
  ['I am hungry, where is a good Thai restaurant around here that is open at this hour?', 'findRestaurants'],
  ['There are eggs, rice and spinach in the fridge, what could I be cooking for the children with that?', 'getRecipe'],
  ['How long would it take us to drive from Lyon to Turin if we wanted to stay off the toll roads?', 'calculateRoute'],
  ['I ordered shoes a week ago and they are not here, has the carrier lost them on the way?', 'trackParcel'],
  ['Are Siemens shares up or down at the moment, and by how much?', 'get_stock_quote'],
  ['What do the newspapers in France have to say about the outcome of the election?', 'news.headlines'],
  ['I have no time to read all forty pages of this report, can you give me a summary of it?', 'summarizeDocument'],
  [
    'This is a photo of a letter in the handwriting of my grandfather, and I can make out no character of it',
    'ocrImage',
  ],
  ['For the birthday card of my daughter, paint a friendly dragon in the style of a watercolour', 'generateImage'],
  ['I have an interview as an audio file and should have it in writing by noon', 'transcribeAudio'],
  ['How many of the customers in our database have not ordered anything in this year?', 'runSqlQuery'],
  ['The photos are too wide for the page, they have to be 800 by 600', 'resizePhoto'],
  ['The new version of the checkout is tested, so bring it to production this evening', 'deployService'],
  ['The server in the cellar does not answer any more, have somebody boot it', 'restartServer'],
  ['Mr Miller took three chairs and one table, so bill him for that, and do not forget the VAT', 'createInvoice'],
  ['The buyer is not happy with the lamp and would like to have her money back', 'refundPayment'],
  ['Remind me at six in the evening to take the cake out of the oven', 'setReminder'],
  ['I want to fly to Madrid on the third and stay there for four nights', 'searchFlights', 'bookHotel'],
  [
    'I was not in the call: what were the points, going by the recording of it?',
    'transcribeAudio',
    'summarizeDocument',
  ],
  [
    'I have an appointment with the dentist at nine, put it in and alert me an hour before that',
    'create_calendar_event',
    'setReminder',
  ],
  ['Here is a scan of a menu, what does it say, and what is that in my language?', 'ocrImage', 'translateText'],
  [
    'What will be the temperature at the lake on Sunday, and what are the directions to get there by car?',
    'getWeatherForecast',
    'calculateRoute',
  ],
];

type Ranking = (task: string) => readonly string[];

/** Normalised discounted cumulative gain of the first five, each tool being right or wrong: 1 is perfect. */
function ndcgAt5(ranked: readonly string[], right: readonly string[]): number {
  const gain = (hits: readonly boolean[]): number =>
    hits.slice(0, 5).reduce((sum, hit, i) => sum + (hit ? 1 / Math.log2(i + 2) : 0), 0);
  return gain(ranked.map((name) => right.includes(name))) / gain(right.map(() => true));
}

function meanNdcg(rank: Ranking): number {
  return tasks.reduce((sum, [task, ...right]) => sum + ndcgAt5(rank(task), right), 0) / tasks.length;
}

/** What one would write first: how many words of the task occur anywhere in the tool's text. */
function bySubstrings(task: string): readonly string[] {
  const words = [...new Set(task.toLowerCase().match(/\w+/g))];
  return catalogue
    .map(({ name, description, input }) => {
      const text = [name, description, ...fieldsOf(input).map(({ path }) => path)].join(' ').toLowerCase();
      return { name, hits: words.filter((word) => text.includes(word)).length };
    })
    .sort((one, other) => other.hits - one.hits)
    .map(({ name }) => name);
}

describe('createToolIndex, as a ranking', () => {
  it('puts the tools first that 30 tasks in other words need: nDCG@5 of at least 0.8', () => {
    const index = indexOf(...catalogue);
    expect(meanNdcg((task) => namesFor(index, task))).to.be.at.least(0.8);
  });

  it('is measured by tasks that counting substrings is not up to: nDCG@5 below 0.6', () => {
    expect(meanNdcg(bySubstrings)).to.be.below(0.6);
  });
});
