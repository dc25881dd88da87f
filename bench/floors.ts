import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Pool } from 'undici';

/** What the same work costs without Mamori: the bytes moved by a plain HTTP client, CLAHE by OpenCV. */

export interface ArchiveAccess {
  url: string;
  username: string;
  password: string;
}

interface Instance {
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
}

/** Fetches the instances side by side as stored. Milliseconds. */
export async function plainFetch(archive: ArchiveAccess, instances: Instance[]): Promise<number> {
  const { pool, path, authorization } = plainClient(archive);
  const start = performance.now();
  await Promise.all(
    instances.map(async ({ studyInstanceUID, seriesInstanceUID, sopInstanceUID }) => {
      const { body } = await pool.request({
        path: `${path}/studies/${studyInstanceUID}/series/${seriesInstanceUID}/instances/${sopInstanceUID}`,
        method: 'GET',
        headers: { authorization, accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' },
      });
      await body.arrayBuffer();
    }),
  );
  const elapsed = performance.now() - start;
  await pool.close();
  return elapsed;
}

/** Stores the objects in one request. Milliseconds. */
export async function plainStore(
  archive: ArchiveAccess,
  study: string,
  objects: Uint8Array[],
): Promise<number> {
  const { pool, path, authorization } = plainClient(archive);
  const boundary = 'floor';
  const parts = objects.flatMap((bytes) => [
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    Buffer.from('\r\n'),
  ]);
  const payload = Buffer.concat([...parts, Buffer.from(`--${boundary}--`)]);
  const start = performance.now();
  const { statusCode, body } = await pool.request({
    path: `${path}/studies/${study}`,
    method: 'POST',
    headers: {
      authorization,
      'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
    },
    body: payload,
  });
  await body.arrayBuffer();
  const elapsed = performance.now() - start;
  await pool.close();
  if (statusCode !== 200) throw new Error(`The floor's store was answered with ${statusCode}`);
  return elapsed;
}

function plainClient({ url, username, password }: ArchiveAccess) {
  const { origin, pathname } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return { pool: new Pool(origin, { connections: 4 }), path: pathname.replace(/\/$/, ''), authorization };
}

const PYTHON = '/usr/bin/python3';

/** OpenCV's CLAHE on one thread, 16 bit, 8 × 8 tiles, ms for one image; undefined where it is not installed. */
export function opencvClahe(rows: number, columns: number): number | undefined {
  if (!existsSync(PYTHON)) return undefined;
  const script = `
import sys, time, cv2, numpy
cv2.setNumThreads(1)
image = (numpy.random.default_rng(1).integers(0, 4096, (${rows}, ${columns})) * 16).astype(numpy.uint16)
clahe = cv2.createCLAHE(2.0, (8, 8))
clahe.apply(image)
times = []
for _ in range(7):
    start = time.perf_counter()
    clahe.apply(image)
    times.append(time.perf_counter() - start)
print(sorted(times)[len(times) // 2] * 1000)`;
  try {
    return Number(
      execFileSync(PYTHON, ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return undefined;
  }
}
