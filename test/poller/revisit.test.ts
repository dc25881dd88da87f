import { expect } from 'chai';
import { visitOf, visitUnshown } from '../../src/poller/revisit.js';

const NOW = new Date('2026-03-01T10:00:00Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

describe('A study that the search shows again', () => {
  const known = { state: 'delivered' as const, instances: 4, dueAt: undefined, listedAt: ago(30) };
  const waiting = { ...known, state: 'waiting' as const };

  it('is listed where something is new, or nothing is known', () => {
    expect(visitOf(4, undefined, NOW)).to.equal('list');
    expect(visitOf(5, known, NOW)).to.equal('list');
    expect(visitOf(4, known, NOW)).to.equal('alone');
    expect(visitOf(4, { ...known, listedAt: ago(700) }, NOW)).to.equal('if-room');
  });

  it('is listed again after a minute where it waits: what tells that it is complete may have been missed', () => {
    expect(visitOf(4, waiting, NOW)).to.equal('settle');
    expect(visitOf(4, { ...waiting, listedAt: ago(61) }, NOW)).to.equal('list');
    expect(visitOf(4, { ...waiting, dueAt: ago(1) }, NOW)).to.equal('alone');
  });

  it('is listed where it waits and the archive does not tell how many instances it has', () => {
    expect(visitOf(undefined, waiting, NOW)).to.equal('list');
    expect(visitOf(undefined, known, NOW)).to.equal('alone');
  });

  it('is listed again where the clock was set back since', () => {
    expect(visitOf(4, { ...waiting, listedAt: ago(-7200) }, NOW)).to.equal('list');
    expect(visitOf(4, { ...known, listedAt: ago(-7200) }, NOW)).to.equal('if-room');
    expect(visitUnshown(ago(-7200), NOW, false)).to.equal('list');
  });
});

describe('An exam that waits and that the search does not show', () => {
  it('is listed once it has settled, and each minute until then', () => {
    expect(visitUnshown(ago(30), NOW, false)).to.equal('settle');
    expect(visitUnshown(ago(30), NOW, true)).to.equal('list');
    expect(visitUnshown(ago(61), NOW, false)).to.equal('list');
  });
});
