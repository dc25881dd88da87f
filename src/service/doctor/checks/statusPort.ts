import { once } from 'node:events';
import { createServer } from 'node:net';
import { hostPort } from '../../../hostPort.js';
import { systemCode } from '../../../systemCode.js';
import { askRunningService } from '../../runningService.js';
import { type Check, failure, ok, warning } from '../types.js';

const ANOTHER_ADDRESS = 'Set admin.listen to a free address and port of this machine, or to off.';

/** Can the status page listen where the settings say? */
export const statusPort: Check = {
  name: 'status-page',
  needs: [],
  run: async ({ settings }) => {
    const { listen } = settings.admin;
    if (listen === 'off') return ok('off');
    const at = hostPort(listen.host, listen.port);
    const server = createServer();
    try {
      server.listen(listen.port, listen.host);
      await once(server, 'listening');
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE')
        return failure(`The status page cannot listen on ${at} (${systemCode(error)})`, ANOTHER_ADDRESS);
      const { answer } = await askRunningService(settings);
      if (answer === 'told') return ok(`${at} is in use by a Mamori that runs`);
      return warning(
        `${at} is in use, by a Mamori that runs or by another program`,
        'If the service runs already, it is its own, and all is well (mamori status).',
        'Otherwise another program has it.',
        ANOTHER_ADDRESS,
      );
    } finally {
      server.close();
    }
    return ok(`${at} is free`);
  },
};
