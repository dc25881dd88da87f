import { type Check, failure, ok } from '../types.js';

/** Does the PACS let us in? */
export const login: Check = {
  name: 'login',
  needs: ['certificate'],
  run: async (visit) => {
    const { type } = visit.settings.pacs.auth;
    const { status } = await (await visit.probe()).searchStatus();
    const sent = type === 'none' ? 'no credentials' : `${type} credentials`;
    if (status === 401)
      return failure(
        `The PACS answers 401 to ${sent}`,
        type === 'none'
          ? 'It wants credentials. In the settings, under pacs: auth: { type: basic, username: NAME, password: ' +
              '{ file: /etc/mamori/pacs-password } }, or the password ' +
              'from the environment; bearer and oauth2 work, too.'
          : 'Check user and password, token or client under pacs.auth, and that the account is not locked.',
      );
    if (status === 403)
      return failure(
        `The PACS answers 403 to ${sent}: it knows the account and does not let it search`,
        'Give the account the right to search (QIDO-RS), retrieve (WADO-RS) and store (STOW-RS).',
      );
    if (status === 404)
      return failure(
        'The PACS answers 404: there is no search (QIDO-RS) at this address',
        'Check pacs.url (or pacs.qidoUrl): it is the root of the DICOMweb service, such as https://HOST/dicom-web.',
      );
    return ok(`the PACS takes ${sent}`);
  },
};
