import { expect } from 'chai';
import { type RelayedService, relayedService } from './relayedService.js';

describe('Trouble of the PACS on the status page', function () {
  this.timeout(60_000);
  let running: RelayedService;

  before(async () => {
    running = await relayedService();
  });
  after(() => running?.close());

  it('is none of a single study that it keeps to itself: the search went through', async () => {
    const [locked, open] = [running.arrives('locked'), running.arrives('open')];
    running.relay.fate = (line) => (line.includes(locked) ? { status: 403 } : 'pass');
    const { ledger, poller } = running.service;
    const report = await poller.cycle();
    expect(report.problems.map(({ code }) => code)).to.deep.equal(['pacs-unauthorised']);
    expect((await ledger.list({ studyInstanceUID: open }))[0]!.state).to.equal('delivered');
    const answer = await fetch(new URL('api/v1/service', running.admin.url));
    const service = (await answer.json()) as { troubles: object[]; pacs: object };
    expect(service.troubles).to.deep.equal([]);
    expect(service.pacs).to.include({ reachable: true });
    for (const path of ['health', 'health/ready'])
      expect((await fetch(new URL(path, running.admin.url))).status, path).to.equal(200);
  });
});
