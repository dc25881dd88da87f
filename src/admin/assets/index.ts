/**
 * What browsers load beside a page: its look (`pageStyle.ts`) and its one script (`pageScript.mjs`), as they are
 * written here. Both are files of their own, so that the policy of the pages need allow nothing that stands in one.
 */
import { readFileSync } from 'node:fs';
import { STYLE } from './pageStyle.js';

export interface Asset {
  type: string;
  text: string;
}

/** By their names under `/assets/`. */
export const ASSETS: Readonly<Record<string, Asset>> = {
  'page.css': { type: 'text/css; charset=utf-8', text: STYLE },
  'page.mjs': {
    type: 'text/javascript; charset=utf-8',
    text: readFileSync(new URL('pageScript.mjs', import.meta.url), 'utf8'),
  },
};
