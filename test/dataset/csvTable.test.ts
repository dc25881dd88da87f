import { expect } from 'chai';
import fc from 'fast-check';
import { csvLine, parseCsvTable } from '../../src/dataset/index.js';

const cell = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '').trim());

describe('a line of CSV', () => {
  it('reads back as the cells that it was made of', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
        fc.pre(cells.some((text) => text !== ''));
        const head = cells.map((_, index) => `c${index}`);
        const { columns, lines } = parseCsvTable(`${csvLine(head)}\n${csvLine(cells)}\n`);
        expect(columns).to.deep.equal(head);
        expect(lines).to.deep.equal([{ number: 2, cells }]);
      }),
      { examples: [[['Doe, Jane', 'a "quoted" word']], [['"', '""']], [['a;b', 'c\td']]] },
    );
  });

  it('quotes only where it must', () => {
    expect(csvLine(['a b', 1, 'c,d', '"'])).to.equal('a b,1,"c,d",""""');
  });
});
