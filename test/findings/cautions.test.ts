import { expect } from 'chai';
import {
  type AttentionPlace,
  attentionCaution,
  heatMapCaution,
  heatMapTrust,
  isMarkable,
} from '../../src/findings/index.js';

describe('What is said beside heat maps', () => {
  const checked = (passed: boolean) => ({ heatMaps: { passed } }) as Parameters<typeof heatMapTrust>[0];

  it('is withheld with the maps where their checks failed, unless the settings insist', () => {
    expect(heatMapTrust(checked(true))).to.equal('passed');
    expect(heatMapTrust(checked(true), 'draw')).to.equal('passed');
    expect(heatMapTrust(checked(false))).to.equal('withheld');
    expect(heatMapTrust(checked(false), 'withhold')).to.equal('withheld');
    expect(heatMapTrust(checked(false), 'draw')).to.equal('failed');
    expect(heatMapTrust({ heatMaps: undefined }, 'draw')).to.equal('unchecked');
  });

  it('is a caution in every case but one', () => {
    expect(heatMapCaution('passed')).to.equal(undefined);
    expect(heatMapCaution('unchecked')).to.match(/Nobody has checked/);
    expect(heatMapCaution('withheld')).to.match(/failed their checks: no place is drawn or marked/);
    expect(heatMapCaution('failed')).to.match(/FAILED THEIR CHECKS/);
  });

  it('is what lies in the breast or touches the border marked, and nothing else', () => {
    const region = { peak: { x: 1, y: 1 }, outline: [] };
    const said = (attention: AttentionPlace) => [
      isMarkable(attention),
      attentionCaution({ attention, region: isMarkable(attention) ? region : undefined }),
    ];
    expect(said('breast')).to.deep.equal([true, undefined]);
    expect(said('image-border')).to.deep.equal([
      true,
      'The marked place touches the image border: rely on it less.',
    ]);
    for (const place of ['image-corner', 'outside-breast'] as const) {
      const [markable, caution] = said(place);
      expect(markable, place).to.equal(false);
      expect(caution, place).to.match(/not marked; trust the number less/);
    }
    expect(attentionCaution({ attention: 'image-border', region: undefined })).to.equal(undefined);
  });
});
