import { endpointsOf, speaksHttp, speaksTls } from '../endpoints.js';
import { type Check, failure, ok } from '../types.js';

/** Is it http where the settings say http, and https where they say https? */
export const scheme: Check = {
  name: 'scheme',
  needs: ['port'],
  run: async ({ settings }) => {
    const patience = settings.pacs.timeouts.connectSeconds * 1000;
    for (const endpoint of endpointsOf(settings)) {
      const { host, port, secure, key } = endpoint;
      const at = `${host}:${port} (${key})`;
      if (secure && !(await speaksTls(endpoint, patience))) {
        if (await speaksHttp(endpoint, patience))
          return failure(
            `${at} speaks plain http, and the address says https`,
            'Give the port on which the server speaks https, or write http:// if there is none.',
          );
        return failure(`${at} speaks neither TLS nor http`, 'Check the port: it may be the DICOM port.');
      }
      if (!secure && !(await speaksHttp(endpoint, patience))) {
        if (await speaksTls(endpoint, patience))
          return failure(
            `${at} speaks https, and the address says http`,
            'Write https:// in front of that address.',
          );
        return failure(`${at} does not speak http`, 'Check the port: it may be the DICOM port.');
      }
    }
    return ok('as the addresses say');
  },
};
