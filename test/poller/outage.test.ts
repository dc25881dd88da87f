import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { smallBundle } from '../model/bundles.js';
import { type OpenBench, openBench, Station } from './hospital.js';
import { listeningLog } from './listeningLog.js';

describe('An outage of the PACS', () => {
  let bench: OpenBench;
  let server: Server;
  let isDown = true;

  before(async () => {
    bench = await openBench(await smallBundle());
    server = createServer((_, response) => {
      response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/dicom+json' });
      response.end(isDown ? '' : '[]');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    server.close();
    await bench.close();
  });

  it('is logged when it begins and when it ends, however often the PACS is asked', async () => {
    const { log, lines } = listeningLog();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const here = await Station.open({ url }, { bench, log });
    const began = new Date();
    for (let poll = 0; poll < 5; poll++) {
      const { searched, unsearchableSince, problems } = await here.poller.cycle();
      expect(searched).to.equal(false);
      expect(unsearchableSince!.getTime()).to.be.within(began.getTime(), Date.now());
      expect(problems).to.have.length(1);
    }
    isDown = false;
    for (let poll = 0; poll < 3; poll++) {
      const { searched, unsearchableSince } = await here.poller.cycle();
      expect({ searched, unsearchableSince }).to.deep.equal({ searched: true, unsearchableSince: undefined });
    }
    await here.close();
    expect(lines.map(({ level, message }) => `${level}: ${message}`)).to.deep.equal([
      'error: The PACS could not be searched',
      'info: The PACS can be searched again',
    ]);
    expect(lines[1]).to.have.property('seconds');
  });
});
