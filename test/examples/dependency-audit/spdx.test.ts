import { expect } from 'chai';
import { isAmbiguous, licenseFileNamedBy, toSpdx } from '../../../examples/dependency-audit/spdx.js';

describe('toSpdx', () => {
  const spellings: Readonly<Record<string, string>> = {
    MIT: 'MIT',
    mit: 'MIT',
    ' The MIT License ': 'MIT',
    'MIT/X11': 'MIT',
    'Apache 2.0': 'Apache-2.0',
    'Apache License, Version 2.0': 'Apache-2.0',
    'BSD 3-Clause': 'BSD-3-Clause',
    'GPL-3.0-or-later': 'GPL-3.0-or-later',
    GPLv3: 'GPL-3.0',
    '(MIT)': 'MIT',
    '(MIT OR Apache-2.0)': 'MIT OR Apache-2.0',
    '(mit or apache 2.0)': 'MIT OR Apache-2.0',
    '(MIT OR CC0-1.0) AND ISC': '(MIT OR CC0-1.0) AND ISC',
    'GPL-2.0 WITH Classpath-exception-2.0': 'GPL-2.0 WITH Classpath-exception-2.0',
    UNLICENSED: 'UNLICENSED',
    'SEE LICENSE IN LICENSE.txt': 'SEE LICENSE IN LICENSE.txt',
    'Take it or leave it alone': 'Take it or leave it alone',
    'Frobnicate-1.0': 'Frobnicate-1.0',
  };
  for (const [written, spdx] of Object.entries(spellings)) {
    it(`spells "${written}" as "${spdx}"`, () => {
      expect(toSpdx(written)).to.equal(spdx);
    });
  }
});

describe('licenseFileNamedBy', () => {
  it('is the file that the licence points to', () => {
    expect(licenseFileNamedBy('SEE LICENSE IN LICENSE.txt')).to.equal('LICENSE.txt');
    expect(licenseFileNamedBy('see licence in <COPYING>')).to.equal('COPYING');
  });

  it('is undefined for a licence with a name', () => {
    expect(licenseFileNamedBy('MIT')).to.equal(undefined);
  });
});

describe('isAmbiguous', () => {
  it('is true for the name of a family and false for the name of a licence', () => {
    expect(['BSD', 'gpl', 'Apache', 'BSD-2-Clause', 'MIT'].map(isAmbiguous)).to.deep.equal([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
