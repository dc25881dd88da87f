/**
 * UIDs in a sentence: five numbers or more with points between them, or at least three that are as long together as no
 * version and no IP address is (`2.25.` and a number of 128 bits).
 */
export const UIDS_IN_TEXT = /(?<![\d.])(?=(?:\d+\.){4}\d|[\d.]{16})[0-2](?:\.\d+){2,}/g;
