import { api } from 'dicomweb-client';
import type { DicomJson } from '../dicom/index.js';
import type { PooledRequest } from './pooledRequest.js';

/** Query keys with their values. */
export type QueryKeys = Record<string, string>;

/** How a call is given the request that it uses. */
export interface Asked {
  request: { instance: PooledRequest };
}

/** What is used of dicomweb-client, with types that fit version 0.11: its own do not. */
export interface Client {
  searchForStudies(options: Asked & { queryParams: QueryKeys }): Promise<DicomJson[]>;
  searchForSeries(
    options: Asked & { studyInstanceUID: string; queryParams: QueryKeys },
  ): Promise<DicomJson[]>;
  searchForInstances(
    options: Asked & { studyInstanceUID: string; seriesInstanceUID?: string; queryParams: QueryKeys },
  ): Promise<DicomJson[]>;
  retrieveStudyMetadata(options: Asked & { studyInstanceUID: string }): Promise<DicomJson[]>;
  retrieveInstanceMetadata(
    options: Asked & { studyInstanceUID: string; seriesInstanceUID: string; sopInstanceUID: string },
  ): Promise<DicomJson[]>;
  retrieveInstance(
    options: Asked & { studyInstanceUID: string; seriesInstanceUID: string; sopInstanceUID: string },
  ): Promise<Uint8Array | undefined>;
  storeInstances(options: Asked & { studyInstanceUID: string; datasets: ArrayBuffer[] }): Promise<unknown>;
}

/** @param url root of the service, without a slash at its end */
export function dicomwebClient(url: string): Client {
  return new api.DICOMwebClient({ url, verbose: false, singlepart: false }) as unknown as Client;
}
