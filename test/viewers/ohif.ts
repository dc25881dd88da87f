import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import type { Orthanc } from '../pacs/orthanc.js';
import { isInstalled, PARTS_ARE_HIDDEN, skipped } from '../parts.js';

/*
 * OHIF in Debian's Chromium before a real Orthanc: what radiologists see. `scripts/installOhif.mjs` fetches it; on a
 * machine without it these tests are skipped, and say so.
 */

export const CHROMIUM = '/usr/bin/chromium';
/** No GPU here: SwiftShader draws. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];
const RELEASES = '.cache/ohif';
/** Left by scripts/testParts.mjs where OHIF could not be fetched: the one excuse that CI accepts. */
const NOT_FETCHED = '.cache/ohif-not-fetched';
const OPEN_MS = 60_000;

/** The folder of a release, ready to be served. */
function release(): string | undefined {
  if (PARTS_ARE_HIDDEN || !existsSync(RELEASES)) return undefined;
  return readdirSync(RELEASES)
    .sort()
    .map((version) => join(RELEASES, version, 'dist'))
    .findLast((folder) => existsSync(join(folder, 'index.html')));
}

/** For a suite's `before` hook: skips the suite visibly where OHIF or Chromium is missing. */
export function requireOhif(context: Mocha.Context): void {
  if (!isInstalled(CHROMIUM)) skipped(context, `not installed: ${CHROMIUM}`);
  if (release() === undefined)
    skipped(context, 'OHIF is not there (node scripts/installOhif.mjs)', existsSync(NOT_FETCHED));
}

/** One place of a layout and what hangs there: nothing, or the instance that is shown first. */
export interface HungPlace {
  /** Of the layout, 0 to 1 from the left and from the top. */
  x: number;
  y: number;
  sopInstanceUID: string | undefined;
}

export interface Hanging {
  /** The protocol that is in force afterwards. */
  protocol: string;
  places: HungPlace[];
}

export interface Ohif {
  url: string;
  /**
   * What the protocol hangs of a study.
   *
   * @param shown objects of the study that OHIF lists; it is waited for all of them
   */
  hang(studyInstanceUID: string, shown: number, protocol: string): Promise<Hanging>;
  close(): Promise<void>;
}

/** OHIF on loopback with the archive behind it under the same origin. */
export async function openOhif(orthanc: Orthanc): Promise<Ohif> {
  const server = await served(orthanc, release()!);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let browser: Browser;
  try {
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: CHROMIUM_ARGUMENTS,
    });
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    url,
    hang: (study, shown, protocol) =>
      hang(browser, `${url}/viewer?StudyInstanceUIDs=${study}`, shown, protocol),
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The part of OHIF's inside that tests look at; it is there for extensions, under these names. */
interface OhifWindow {
  services?: {
    displaySetService: { getActiveDisplaySets(): DisplaySet[]; getDisplaySetByUID(uid: string): DisplaySet };
    viewportGridService: { getState(): { viewports: Map<string, Viewport> } };
    hangingProtocolService: { getActiveProtocol(): { protocol?: { id: string } } };
  };
  commandsManager: { runCommand(name: string, options: object): unknown };
}
interface DisplaySet {
  images?: { SOPInstanceUID: string }[];
}
interface Viewport {
  x: number;
  y: number;
  displaySetInstanceUIDs: string[];
}

async function hang(browser: Browser, address: string, shown: number, protocolId: string): Promise<Hanging> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  try {
    await page.goto(address, { waitUntil: 'domcontentloaded', timeout: OPEN_MS });
    await page.waitForFunction(
      (count) => {
        const { services } = globalThis as unknown as OhifWindow;
        const listed = services?.displaySetService.getActiveDisplaySets().length ?? 0;
        return listed >= count && services!.hangingProtocolService.getActiveProtocol().protocol !== undefined;
      },
      shown,
      { timeout: OPEN_MS },
    );
    await page.evaluate(
      (id) =>
        (globalThis as unknown as OhifWindow).commandsManager.runCommand('setHangingProtocol', {
          protocolId: id,
        }),
      protocolId,
    );
    // The layout is laid out a moment after the command.
    await page.waitForTimeout(1000);
    return await page.evaluate(() => {
      const { displaySetService, viewportGridService, hangingProtocolService } = (
        globalThis as unknown as OhifWindow
      ).services!;
      const places = [...viewportGridService.getState().viewports.values()].map(
        ({ x, y, displaySetInstanceUIDs }) => ({
          x,
          y,
          sopInstanceUID: displaySetInstanceUIDs.map((uid) => displaySetService.getDisplaySetByUID(uid))[0]
            ?.images?.[0]?.SOPInstanceUID,
        }),
      );
      return { protocol: hangingProtocolService.getActiveProtocol().protocol!.id, places };
    });
  } finally {
    await page.close();
  }
}

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
};

function served(orthanc: Orthanc, folder: string): Promise<Server> {
  const { hostname, port } = new URL(orthanc.url);
  const authorization = `Basic ${Buffer.from(`${orthanc.username}:${orthanc.password}`).toString('base64')}`;
  const server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/dicom-web')) {
      const { url: path, method, headers } = incoming;
      // With the viewer's own Host, so that Orthanc's addresses lead back here.
      const onward = request(
        { hostname, port, path, method, headers: { ...headers, authorization }, agent: false },
        (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.destroy());
      incoming.pipe(onward);
    } else if (pathname === '/app-config.js') {
      response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end(`window.config = ${JSON.stringify(CONFIG)};`);
    } else sendFile(join(folder, normalize(pathname)), join(folder, 'index.html'), response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function sendFile(wanted: string, otherwise: string, response: ServerResponse): void {
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : otherwise;
  response.writeHead(200, {
    'content-type': MEDIA_TYPES[extname(file)] ?? 'application/octet-stream',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  createReadStream(file).pipe(response);
}

const CONFIG = {
  routerBasename: null,
  extensions: [],
  modes: [],
  customizationService: {},
  showStudyList: true,
  maxNumberOfWebWorkers: 2,
  showCPUFallbackMessage: false,
  showLoadingIndicator: true,
  strictZSpacingForVolumeViewport: true,
  investigationalUseDialog: { option: 'never' },
  defaultDataSourceName: 'dicomweb',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'dicomweb',
      configuration: {
        friendlyName: 'Orthanc',
        name: 'orthanc',
        wadoUriRoot: '/dicom-web',
        qidoRoot: '/dicom-web',
        wadoRoot: '/dicom-web',
        qidoSupportsIncludeField: true,
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        omitQuotationForMultipartRequest: true,
        bulkDataURI: { enabled: true },
      },
    },
  ],
};
