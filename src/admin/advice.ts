/**
 * What to do about a reason, by its code: one or two sentences for somebody who was woken by it. Codes are those of the
 * errors and of the ledger's reasons; what is not here has no better advice than its reason.
 */
const ADVICE: Readonly<Record<string, string>> = {
  // The way to the PACS
  'pacs-unreachable':
    'Check that the PACS runs, and the network and firewall between. Mamori asks again and loses nothing.',
  'pacs-timed-out':
    'Check the load on the PACS and the network. Mamori asks again by itself and loses nothing.',
  'pacs-busy':
    'The PACS asks to wait. Mamori asks again by itself; if it lasts, look at the load on the PACS.',
  'pacs-server-error': 'Look into the log of the PACS. Mamori asks again by itself and loses nothing.',
  'pacs-tls':
    'Check the certificate of the PACS, its date and pacs.tls in the settings: mamori doctor says which.',
  'pacs-unauthorised':
    'Check the account in pacs.auth, its password and its rights at the PACS. Mamori asks seldom, so that the ' +
    'account is not locked.',
  'pacs-not-found': 'Look whether the study or image is still in the PACS. If it is, try again.',
  'pacs-refused':
    'Look into the log of the PACS for what it refuses, and why. mamori doctor asks each thing once.',
  'pacs-answer-malformed':
    'The PACS answers with something else than DICOM. Ask its maker; mamori doctor shows more.',
  'pacs-answer-too-large':
    'Raise pacs.maxInstanceMegabytes or pacs.maxAnswerMegabytes if such sizes are right.',
  'pacs-listing-incomplete':
    'The PACS lists only a part of its studies. Raise its limit of results of a search.',
  'pacs-settings': 'Check the addresses and files under pacs in the settings: mamori doctor says which.',
  'delivery-refused':
    'Check what the PACS accepts: rights to store, SOP classes, storage rules. Then try again.',
  'delivery-unconfirmed':
    'The PACS took the results and does not show them: look for filters, quarantine or full storage. They are kept.',
  // The ledger
  'ledger-slow': 'Check the database server, the disk and the network between. Work goes on once it answers.',
  'ledger-unreachable': 'Check the database server and the network. Work goes on by itself once it is back.',
  'ledger-busy':
    'Another process holds the ledger: close database browsers, look for long transactions or a backup.',
  'ledger-disk-full': 'Make room on the disk of the ledger. Nothing is lost, and work goes on by itself.',
  'ledger-unwritable': 'Check the rights and the disk of the folder of the ledger.',
  'ledger-damaged': 'Stop the service, copy the ledger, check the disk; then restore the latest backup.',
  'ledger-denied': 'Check the user in ledger.url, its password and the rights on the database.',
  'ledger-newer': 'A later version of Mamori has changed the ledger: install that version here, too.',
  'ledger-overtaken':
    "Nothing: another version's results about the study come first, and the exam is tried again by itself.",
  'ledger-object-damaged':
    'Kept results were lost or damaged on the disk: check it. They are made once more from the images.',
  // The exam
  'images-missing':
    'Once the missing images can be read, try again: the whole exam is then written once more.',
  'images-unreadable':
    'Look at the images in the PACS. If they are broken there, have them sent once more; then try again.',
  'images-refused':
    'The model gives no answer about such images. Trying again changes nothing; the report says so.',
  'contradictory-patient':
    'The study holds images of more than one patient. Have it corrected in the PACS first, then try again.',
  'process-ended':
    'The service went down over this exam, several times. Look for crashes and lack of memory in the log, then ' +
    'try again.',
  // The engine
  'engine-failed':
    'Look into the log for the error of the engine; mamori doctor tries the model. Then try again.',
  'engine-crashed': 'Look for lack of memory, or errors of the graphics card, in the log. Then try again.',
  'engine-timed-out':
    'Look at the graphics card, its driver and what else uses the machine; the service starts the engine again by ' +
    'itself. Then try again.',
  'overlay-timed-out': 'Look at what else uses the machine. Then try again.',
  'engine-unavailable': 'Check model.engine and model.device in the settings: mamori doctor tries them.',
};

/** Undefined where the reason says all that there is to say. */
export function adviceOn(code: string | undefined): string | undefined {
  return ADVICE[code ?? ''];
}

/** Reasons about which another try changes nothing. */
const FINAL = new Set(['images-refused', 'no-mammogram', 'no-standard-view', 'superseded']);

/** Whether another try is worth a button. */
export function mayHelpToRetry(state: string, code: string | undefined): boolean {
  return ['failed', 'partial', 'not-processed'].includes(state) && !FINAL.has(code ?? '');
}
