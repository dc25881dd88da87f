import { expect } from 'chai';
import { defaultSettings } from '../../src/config/index.js';
import {
  DEFAULT_CONNECTIONS,
  DEFAULT_MAX_ANSWER_BYTES,
  DEFAULT_MAX_INSTANCE_BYTES,
  DEFAULT_TIMEOUTS,
} from '../../src/dicomweb/connectionSettings.js';

describe('What a PACS is allowed unless told otherwise', () => {
  it('is the same with and without a settings file', () => {
    const { pacs } = defaultSettings('http://pacs.example');
    const { connectSeconds, headersSeconds, idleSeconds, totalSeconds } = pacs.timeouts;
    expect(DEFAULT_TIMEOUTS).to.deep.equal({
      connectMs: connectSeconds * 1000,
      headersMs: headersSeconds * 1000,
      idleBodyMs: idleSeconds * 1000,
      totalMs: totalSeconds * 1000,
    });
    expect(DEFAULT_MAX_INSTANCE_BYTES).to.equal(pacs.maxInstanceMegabytes * 1024 * 1024);
    expect(DEFAULT_MAX_ANSWER_BYTES).to.equal(pacs.maxAnswerMegabytes * 1024 * 1024);
    expect(DEFAULT_CONNECTIONS).to.equal(pacs.connections);
  });
});
