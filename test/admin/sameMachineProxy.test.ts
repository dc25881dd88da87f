import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { isService } from '../../src/admin/access/localAccount.js';
import { type AdminServer, startAdmin } from '../../src/admin/index.js';
import { freePort } from '../freePort.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';
import { quietState } from './quietState.js';

const NGINX = '/usr/sbin/nginx';

/** Somebody sets up nginx on the machine and forgets users: it must not bring the hospital to a page without them. */
describe('a page without users, behind an nginx on the same machine that nobody declared', function () {
  this.timeout(60_000);
  let admin: AdminServer;
  let ordered: number;
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async function () {
    needs(this, NGINX);
    ordered = 0;
    const desk = { goOn: async () => void ordered++ } as never;
    admin = await startAdmin({ listen: { host: '127.0.0.1', port: 0 }, desk }, async () => quietState());
    ends.push(() => admin.close());
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** @returns its address */
  async function nginx(settings: string): Promise<string> {
    const folder = scratchFolder('nginx');
    const port = await freePort();
    for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(folder, name));
    const file = join(folder, 'nginx.conf');
    writeFileSync(
      file,
      `daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes 1;
${process.getuid?.() === 0 ? 'user www-data;' : ''}
events {}
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; location / { proxy_pass ${admin.url}; ${settings} } }
}
`,
    );
    const running = spawn(NGINX, ['-c', file, '-p', folder, '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    running.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    ends.push(async () => {
      const gone = once(running, 'exit');
      if (running.exitCode === null && running.kill('SIGQUIT')) await gone;
    });
    while (!(await answers(port))) {
      if (running.exitCode !== null) throw new Error(`nginx ends: ${said}`);
      await sleep(50);
    }
    return `http://127.0.0.1:${port}`;
  }

  /** As a browser at the hospital's name for it, and as a program that says as little as it can. */
  async function refusesAll(url: string): Promise<void> {
    const host = 'mamori.hospital.example';
    const browser = { host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin' };
    for (const path of ['/', '/exams', '/api/v1/service'])
      expect((await fetch(`${url}${path}`)).status, path).to.equal(421);
    for (const headers of [browser, {}])
      expect((await fetch(`${url}/api/v1/go-on`, { method: 'POST', headers })).status).to.equal(421);
    expect(ordered).to.equal(0);
  }

  it('answers nobody through one that is told nothing but where the page is', async () => {
    await refusesAll(await nginx(''));
  });

  it('answers nobody through one that passes on who asks', async () => {
    await refusesAll(await nginx('proxy_http_version 1.1; proxy_set_header X-Forwarded-For $remote_addr;'));
    await refusesAll(await nginx('proxy_http_version 1.1; proxy_set_header Host mamori.hospital.example;'));
  });

  it('knows one by its account where nothing else shows it, and lets it watch', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip();
    const url = await nginx('proxy_http_version 1.1; proxy_set_header Connection "";');
    await refusesAll(url);
    for (const path of ['/metrics', '/health', '/health/ready', '/health/live'])
      expect((await fetch(`${url}${path}`)).status, path).to.equal(200);
  });

  it('takes no order from a page elsewhere through one, whatever its account', async () => {
    const response = await fetch(`${admin.url}api/v1/go-on`, {
      method: 'POST',
      headers: { origin: 'https://mamori.hospital.example', 'sec-fetch-site': 'same-origin' },
    });
    expect(response.status).to.equal(421);
    expect((await fetch(admin.url)).status, 'people of this machine').to.equal(200);
    expect((await fetch(`${admin.url}api/v1/go-on`, { method: 'POST' })).status).to.equal(200);
  });
});

describe('an account of this machine', () => {
  it("is a service's below those of people, and among those that systemd makes", () => {
    expect([1, 33, 999, 61_184, 65_534].filter((account) => !isService(account))).to.deep.equal([]);
    expect([0, 1000, 1001, 60_000, 70_000, 200_000_513].filter(isService)).to.deep.equal([]);
  });

  it('has its name beside what it orders where nobody signs in, and so has a hidden proxy', async function () {
    const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
    if (!isRoot || spawnSync('setpriv', ['--version']).status !== 0) this.skip();
    this.timeout(60_000);
    const by: string[] = [];
    const desk = { goOn: async ({ name }: { name: string }) => void by.push(name) } as never;
    const listen = { host: '127.0.0.1', port: 0 };
    const admin = await startAdmin({ listen, desk }, async () => quietState());
    try {
      const url = `${admin.url}api/v1/go-on`;
      expect((await fetch(url, { method: 'POST' })).status).to.equal(200);
      const other = [process.execPath, '-e', `fetch('${url}', { method: 'POST' }).then((it) => it.text())`];
      const child = spawn('setpriv', ['--reuid', '61001', '--clear-groups', ...other], { stdio: 'inherit' });
      await once(child, 'exit');
    } finally {
      await admin.close();
    }
    // 61001 is of the numbers that no system gives away by itself, and is no service's.
    expect(by).to.deep.equal(['root on this machine', 'uid 61001 on this machine']);
  });

  it('is no service where a container has no number for it, as a person may have none', async function () {
    this.timeout(60_000);
    if (
      spawnSync('unshare', ['--user', '--map-root-user', 'setpriv', '--version']).status !== 0 ||
      process.getuid?.() !== 0
    )
      this.skip();
    const module = new URL('../../src/admin/access/localAccount.js', import.meta.url);
    const listening = `
      import { createServer } from 'node:net';
      import { isHeldByService } from '${module}';
      const server = createServer((socket) => {
        console.log(isHeldByService(socket));
        socket.destroy();
        server.close();
      }).listen(0, '127.0.0.1', () => console.log(server.address().port));`;
    const node = [process.execPath, '--input-type=module', '-e'];
    const inside = spawn('unshare', ['--user', '--map-root-user', ...node, listening]);
    const lines = createInterface(inside.stdout)[Symbol.asyncIterator]();
    const { value: port } = await lines.next();
    const asking = `
      import { connect } from 'node:net';
      connect(${port}, '127.0.0.1').resume();`;
    const client = spawn('setpriv', ['--reuid', '1001', '--clear-groups', ...node, asking], {
      stdio: 'inherit',
    });
    const gone = once(client, 'exit');
    const { value: told } = await lines.next();
    await gone;
    expect(told).to.equal('false');
  });
});

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
