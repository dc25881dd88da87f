import { expect } from 'chai';
import { isInTheClear, serverAddress } from '../../src/ledger/postgres/serverAddress.js';

describe("a ledger's address on a server", () => {
  const configOf = (url: string) => serverAddress({ url }).config;

  it('names host, port, user and database', () => {
    expect(configOf('postgres://mamori@db.example:5433/ledger')).to.include({
      host: 'db.example',
      port: 5433,
      user: 'mamori',
      database: 'ledger',
    });
    expect(configOf('postgresql://a%40b@[::1]/x%20y')).to.include({
      host: '::1',
      port: 5432,
      user: 'a@b',
      database: 'x y',
    });
    expect(configOf('postgres:///mamori?host=/run/postgresql')).to.include({ host: '/run/postgresql' });
  });

  it('is reached by TLS with a checked certificate, unless it is on this machine', () => {
    expect(configOf('postgres://db.example/x').ssl).to.include({ rejectUnauthorized: true });
    for (const local of ['localhost', '127.0.0.1', '[::1]'])
      expect(configOf(`postgres://${local}/x`).ssl, local).to.equal(false);
    expect(configOf('postgres:///x?host=/run/postgresql').ssl).to.equal(false);
    expect(configOf('postgres://localhost/x?sslmode=verify-full').ssl).to.include({
      rejectUnauthorized: true,
    });
    expect(configOf('postgres://db.example/x?sslmode=verify-ca').ssl).to.have.property('checkServerIdentity');
  });

  it('says where results go in the clear', () => {
    expect(isInTheClear({ url: 'postgres://db.example/x?sslmode=disable' })).to.equal(true);
    expect(isInTheClear({ url: 'postgres://db.example/x' })).to.equal(false);
    expect(isInTheClear({ url: 'postgres://127.0.0.1/x' })).to.equal(false);
  });

  it('that would trust any server, or is none, is refused without being repeated', () => {
    for (const url of [
      'postgres://u@hunter2/x?sslmode=require',
      'postgres://u@hunter2/x?sslmode=prefer',
      'postgres://u@hunter2/x?sslkey=y',
      'postgres://u@hunter2',
      'postgres://u:hunter2@h/x',
      'postgres://hunter2:x:y/z',
    ])
      expect(() => serverAddress({ url }), url)
        .to.throw()
        .that.satisfies(
          (error: { code: string; message: string }) =>
            error.code === 'ledger-unsupported' && !error.message.includes('hunter2'),
        );
  });
});
