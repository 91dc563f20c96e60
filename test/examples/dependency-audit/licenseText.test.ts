import { expect } from 'chai';
import { recogniseLicense } from '../../../examples/dependency-audit/licenseText.js';

const mit =
  'Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software and associated documentation files (the "Software") …\n';
const redistribution =
  'Redistribution and use in source and binary forms, with or without\nmodification, are permitted …\n';

const texts: Readonly<Record<string, string>> = {
  MIT: `Copyright (c) 2020 Somebody\n\n${mit}The above copyright notice and this permission notice shall be included in all copies`,
  'MIT-0': mit,
  ISC: 'Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted, provided that the above\ncopyright notice and this permission notice appear in all copies.',
  '0BSD':
    'Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted.',
  'BSD-2-Clause': redistribution,
  'BSD-3-Clause': `${redistribution}* Neither the name of X nor the names of its contributors may be used to\n  endorse or promote products`,
  'BSD-4-Clause': `${redistribution}All advertising materials mentioning features … endorse or promote products`,
  'Apache-2.0':
    '                                 Apache License\n                           Version 2.0, January 2004\n',
  'MPL-2.0': 'Mozilla Public License Version 2.0\n==================================\n',
  Unlicense: 'This is free and unencumbered software released into the public domain.',
  'CC0-1.0': 'Creative Commons Legal Code\n\nCC0 1.0 Universal\n',
  'BlueOak-1.0.0': '# Blue Oak Model License\n\nVersion 1.0.0\n',
  'AGPL-3.0':
    '                    GNU AFFERO GENERAL PUBLIC LICENSE\n                       Version 3, 19 November 2007\n',
  'LGPL-3.0':
    '                   GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007\n … version 3 of the GNU General Public License',
  'LGPL-2.1':
    '                  GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 2.1, February 1999\n',
  'GPL-3.0':
    '                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007\n … GNU Affero General Public License, version 3',
  'GPL-2.0': '                    GNU GENERAL PUBLIC LICENSE\n                       Version 2, June 1991\n',
};

describe('recogniseLicense', () => {
  for (const [license, text] of Object.entries(texts)) {
    it(`recognises ${license}`, () => {
      expect(recogniseLicense(text)).to.equal(license);
    });
  }

  it('is not put off by comment signs, line breaks and typographic quotes', () => {
    const commented = (texts['MIT'] ?? '').replaceAll('"', '”').replace(/^/gm, ' * ').replaceAll('\n', '\r\n');
    expect(recogniseLicense(commented)).to.equal('MIT');
  });

  it('takes the first of several: those of bundled packages come after it', () => {
    expect(recogniseLicense(`${texts['ISC']}\n\nBundled packages:\n\n${texts['MIT']}`)).to.equal('ISC');
  });

  it('is null for any other text', () => {
    expect(recogniseLicense('All rights reserved. Ask us.')).to.equal(null);
  });
});
