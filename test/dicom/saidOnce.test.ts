import { expect } from 'chai';
import { SaidOnce } from '../../src/dicom/index.js';

describe('A list of exams with their reasons', () => {
  it('says a sentence once, whatever UIDs are in it, and what is another sentence in full', () => {
    const said = new SaidOnce();
    const refused = (study: string, what = 'results') => ({
      code: 'delivery-refused',
      reason: `The PACS refused 6 of the ${what} for study ${study}: out of resources (0xA700).`,
    });
    const rows = [
      refused('2.25.1234567890123'),
      refused('1.2.840.113619.2.66'),
      refused('2.25.1', 'pictures'),
    ];
    expect(rows.map((reason) => said.text(reason))).to.deep.equal([
      rows[0]!.reason,
      'delivery-refused',
      rows[2]!.reason,
    ]);
    expect(said.text({ code: 'pacs-busy', reason: rows[0]!.reason }), 'for another reason').to.equal(
      rows[0]!.reason,
    );
    expect([said.text({}), said.text({ reason: 'So.' }), said.text({ code: 'x' })]).to.deep.equal([
      undefined,
      'So.',
      'x',
    ]);
  });
});
