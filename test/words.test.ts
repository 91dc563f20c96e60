import { expect } from 'chai';
import { termsOf } from '../src/words.js';

function wordsOf(text: string): readonly string[] {
  return termsOf(text).map(({ word }) => word);
}

function stemsOf(text: string): readonly string[] {
  return termsOf(text).map(({ term }) => term);
}

describe('termsOf', () => {
  it('gives words in the order of the text, repeated ones too, in lower case and as stems', () => {
    expect(termsOf('Searching pages, more Pages.')).to.deep.equal([
      { word: 'searching', term: 'search' },
      { word: 'pages', term: 'page' },
      { word: 'pages', term: 'page' },
    ]);
  });

  it('leaves out stop words, the pieces of shortened ones too, and parts that are stop words', () => {
    expect(wordsOf("Please, I'd like to know what it's about: don't you'll they've!")).to.deep.equal([]);
    expect(stemsOf('whoIs YouTube')).to.deep.equal(['whoi', 'youtub', 'tube']);
  });

  it('ends a word at signs of any kind, in any script', () => {
    const text = 'weather_api/v2.forecast-city погода,город 天気。予報';
    expect(wordsOf(text).slice(0, 7)).to.deep.equal(['weather', 'api', 'v2', 'v2', 'v2', 'forecast', 'city']);
    expect(wordsOf(text).slice(7)).to.deep.equal(['погода', 'город', '天気', '予報']);
  });

  it('gives a word with parts as a whole and by its parts, and says each time how it was written', () => {
    expect(termsOf('parseHTTPUrls2')).to.deep.equal([
      { word: 'parsehttpurls2', term: 'parsehttpurls2' },
      { word: 'parsehttpurls2', term: 'pars' },
      { word: 'parsehttpurls2', term: 'http' },
      { word: 'parsehttpurls2', term: 'url' },
      { word: 'parsehttpurls2', term: '2' },
    ]);
  });

  it('keeps the plural of an abbreviation in one piece', () => {
    expect(stemsOf('PDFs getURLs userIDs')).to.deep.equal(['pdf', 'geturl', 'get', 'url', 'userid', 'user', 'id']);
  });

  it('compares without accents, however they are encoded, and with wide letters as narrow ones', () => {
    expect(termsOf('Cafe\u0301 ＡＢＣ İzmir')).to.deep.equal([
      { word: 'café', term: 'cafe' },
      { word: 'abc', term: 'abc' },
      { word: 'i̇zmir', term: 'izmir' },
    ]);
  });

  it('gives the pairs of neighbouring characters where a script has no spaces, beyond the basic plane too', () => {
    expect(wordsOf('查询GitHub天气预报')).to.deep.equal(['查询', 'github', 'github', 'github', '天气', '气预', '预报']);
    expect(wordsOf('雨')).to.deep.equal(['雨']);
    expect(wordsOf('𠮷野家')).to.deep.equal(['𠮷野', '野家']);
  });

  it('gives nothing for a text without letters and numbers', () => {
    for (const text of ['', ' \n\t', '!? …', '🚀']) expect(termsOf(text), text).to.deep.equal([]);
  });
});
