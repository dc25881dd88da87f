import { copyFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { watchCertificate } from '../../src/admin/listener.js';
import { selfSigned } from '../pacs/certificates.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';

describe('the certificate of the status page', () => {
  it('is told of once when a renewed one cannot be read, and again only after one could', async function () {
    this.timeout(20_000);
    needs(this, 'openssl');
    const folder = scratchFolder('renewal');
    const [first, second] = ['first', 'second'].map((name) => selfSigned(folder, name));
    const [cert, key] = [join(folder, 'shown.crt'), join(folder, 'shown.key')];
    copyFileSync(first!.certFile, cert);
    copyFileSync(first!.keyFile, key);
    const said: string[] = [];
    let shown = 0;
    const https = createServer();
    const server: Pick<typeof https, 'setSecureContext'> = {
      setSecureContext: (context) => {
        https.setSecureContext(context);
        shown++;
      },
    };
    const timer = watchCertificate(server, { cert, key, onUnreadable: (why) => said.push(why) }, 20);
    timer.ref();
    const until = async (isSo: () => boolean) => {
      while (!isSo()) await sleep(10);
    };
    await sleep(100);
    expect({ said, shown }).to.deep.equal({ said: [], shown: 0 });
    writeFileSync(cert, 'no certificate');
    await until(() => said.length > 0);
    await sleep(100);
    expect(said).to.have.lengthOf(1);
    copyFileSync(second!.certFile, cert);
    copyFileSync(second!.keyFile, key);
    await until(() => shown > 0);
    writeFileSync(cert, 'again none');
    await until(() => said.length > 1);
    await sleep(100);
    expect({ told: said.length, shown }).to.deep.equal({ told: 2, shown: 1 });
    clearInterval(timer);
  });
});
