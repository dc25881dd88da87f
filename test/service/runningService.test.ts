import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { defaultSettings } from '../../src/config/index.js';
import { askRunningService } from '../../src/service/index.js';

describe('Asking the service that runs', () => {
  it('does not wait for another program on its port that answers without end', async () => {
    const stream = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const beat = setInterval(() => response.write(':\n\n'), 100);
      response.on('close', () => clearInterval(beat));
    });
    stream.listen(0, '127.0.0.1');
    await once(stream, 'listening');
    try {
      const { admin } = defaultSettings('https://pacs.example/dicom-web');
      const { port } = stream.address() as AddressInfo;
      const asked = await askRunningService({ admin: { ...admin, listen: { host: '127.0.0.1', port } } });
      expect(asked.answer).to.equal('silent');
    } finally {
      stream.closeAllConnections();
      stream.close();
    }
  });
});
