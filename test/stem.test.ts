import { expect } from 'chai';
import fc from 'fast-check';
import { stem } from '../src/stem.js';

/** The examples in Porter's paper, each with the stem that all steps together give it. */
const FROM_THE_PAPER = `
  caresses:caress ponies:poni ties:ti caress:caress cats:cat feed:feed agreed:agre plastered:plaster bled:bled
  motoring:motor sing:sing conflated:conflat troubled:troubl sized:size hopping:hop tanned:tan falling:fall
  hissing:hiss fizzed:fizz failing:fail filing:file happy:happi sky:sky relational:relat conditional:condit
  rational:ration valenci:valenc hesitanci:hesit digitizer:digit conformabli:conform radicalli:radic
  differentli:differ vileli:vile analogousli:analog vietnamization:vietnam predication:predic operator:oper
  feudalism:feudal decisiveness:decis hopefulness:hope callousness:callous formaliti:formal sensitiviti:sensit
  sensibiliti:sensibl triplicate:triplic formative:form formalize:formal electriciti:electr electrical:electr
  hopeful:hope goodness:good revival:reviv allowance:allow inference:infer airliner:airlin gyroscopic:gyroscop
  adjustable:adjust defensible:defens irritant:irrit replacement:replac adjustment:adjust dependent:depend
  adoption:adopt homologou:homolog communism:commun activate:activ angulariti:angular homologous:homolog
  effective:effect bowdlerize:bowdler probate:probat rate:rate cease:ceas controll:control roll:roll
  generalizations:gener oscillators:oscil tree:tree trouble:troubl oats:oat trees:tree ivy:ivi troubles:troubl
  private:privat oaten:oaten orrery:orreri
`;

/** Words of tools and tasks, and short and odd ones; compared with the `stemmer` package 2.0.1 when they were chosen. */
const OF_TOOLS = `
  search:search searches:search searching:search searched:search pages:page fetch:fetch fetched:fetch fetching:fetch
  download:download downloads:download downloading:download downloaded:download weather:weather forecasts:forecast
  forecasting:forecast translate:translat translates:translat translated:translat translation:translat
  translations:translat translator:translat currencies:currenc currency:currenc conversion:convers converts:convert
  converting:convert calculate:calcul calculates:calcul calculating:calcul calculation:calcul calculations:calcul
  calculator:calcul schedule:schedul scheduling:schedul scheduled:schedul schedules:schedul reminder:remind
  reminders:remind remind:remind notify:notifi notification:notif notifications:notif subscribe:subscrib
  subscription:subscript subscriptions:subscript unsubscribe:unsubscrib message:messag messages:messag
  messaging:messag email:email emails:email payment:payment payments:payment paying:pai paid:paid refund:refund
  refunds:refund refunded:refund invoice:invoic invoices:invoic customer:custom customers:custom booking:book
  bookings:book booked:book hotels:hotel flights:flight restaurants:restaur recipes:recip ingredients:ingredi
  analysis:analysi analyses:analys analyze:analyz analyzing:analyz analytics:analyt summary:summari summaries:summari
  summarize:summar summarizing:summar query:queri queries:queri querying:queri database:databas databases:databas
  file:file files:file directory:directori directories:directori rename:renam renaming:renam delete:delet
  deleting:delet deleted:delet deletes:delet create:creat creating:creat created:creat creation:creation update:updat
  updating:updat updates:updat updated:updat technology:technolog technologies:technolog technological:technolog
  possible:possibl possibly:possibl possibility:possibl apology:apolog geology:geologi universities:univers
  university:univers organization:organ organizations:organ organize:organ happily:happili happiness:happi daily:daili
  yearly:yearli monthly:monthli dying:dy lying:ly yes:ye skies:ski skis:ski news:new xylophone:xylophon syzygy:syzygi
  yyyy:yyyi eye:ey employee:employe employees:employe referee:refere guarantee:guarante agreeing:agre cried:cri
  cries:cri dies:di tying:ty sees:see ing:ing aed:a bing:bing beded:bede exceedingly:exceedingli fussing:fuss
  buzzing:buzz telling:tell stopped:stop controlling:control
`;

function pairsOf(list: string): readonly (readonly [word: string, stemmed: string])[] {
  return [...list.matchAll(/(\S+):(\S+)/g)].map(([, word = '', stemmed = '']) => [word, stemmed]);
}

describe('stem', () => {
  it("gives the stems of the examples in Porter's paper", () => {
    const pairs = pairsOf(FROM_THE_PAPER);
    expect(pairs).to.have.lengthOf(86);
    expect(pairs.map(([word]) => [word, stem(word)])).to.deep.equal(pairs);
  });

  it('gives the stems of words that tools and tasks are described with', () => {
    const pairs = pairsOf(OF_TOOLS);
    expect(pairs).to.have.lengthOf(150);
    expect(pairs.map(([word]) => [word, stem(word)])).to.deep.equal(pairs);
  });

  it('leaves words of one or two letters as they are', () => {
    expect(['s', 'as', 'is', 'ed', 'by'].map(stem)).to.deep.equal(['s', 'as', 'is', 'ed', 'by']);
  });

  it('leaves what is no lower-case English word as it is', () => {
    const words = ['Searches', 'straßes', 'погода', '検索', 'utf8s', '404', '', `${'a'.repeat(40)}s`];
    expect(words.map(stem)).to.deep.equal(words);
  });

  it('gives a stem that is no longer than the word and at least one letter long, for every word', () => {
    const letters = fc.stringMatching(/^[abcdeilnoprsty]{1,12}$/);
    fc.assert(
      fc.property(letters, (word) => {
        expect(stem(word).length).to.be.within(1, word.length);
      }),
    );
  });
});
