import type { DicomWebOptions } from '../../src/dicomweb/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { demoArchive, Station, type StationOptions, type TestArchive } from './hospital.js';

/** What the tests of one `describe` share. */
export interface DemoHospital {
  readonly bench: OpenBench;
  readonly archive: TestArchive;
  /** Closed after each test. */
  readonly open: Station[];
  /** A Mamori on this archive, with a ledger of its own unless said. */
  station(options?: Partial<StationOptions>, access?: DicomWebOptions): Promise<Station>;
}

/** A small network and the demo's archive, which forgets everything after each test. */
export function demoHospital(): DemoHospital {
  let bench: OpenBench;
  let archive: TestArchive;
  const open: Station[] = [];
  before(async () => {
    [bench, archive] = await Promise.all([smallBundle().then(openBench), demoArchive()]);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((station) => station.close()));
    await archive.clear();
  });
  after(async () => {
    await archive?.stop();
    await bench?.close();
  });
  return {
    get bench() {
      return bench;
    },
    get archive() {
      return archive;
    },
    open,
    station: async (options = {}, access = {}) => {
      const station = await Station.open({ ...archive.access, ...access }, { bench, ...options });
      open.push(station);
      return station;
    },
  };
}
