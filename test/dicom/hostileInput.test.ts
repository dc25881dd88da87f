import { expect } from 'chai';
import fc from 'fast-check';
import {
  DicomReadError,
  readPart10,
  recogniseMammogram,
  registerPatientAndStudy,
  toDicomJson,
} from '../../src/dicom/index.js';
import { part10 } from './byteStreams.js';
import { mammogram } from './mammograms.js';

/** Everything that the rest of Mamori may do with what it read. */
function readAll(bytes: Uint8Array): 'read' | 'refused' {
  try {
    const instance = readPart10(bytes);
    recogniseMammogram(instance);
    registerPatientAndStudy(instance.dataset);
    toDicomJson(instance.dataset);
    return 'read';
  } catch (error) {
    if (error instanceof DicomReadError) return 'refused';
    throw error;
  }
}

const VALID = (['implicit', 'explicit', 'big-endian', 'deflated'] as const).map((syntax) =>
  part10(mammogram(), syntax),
);

describe('hostile bytes', () => {
  it('are read before they are damaged', () => {
    expect(VALID.map(readAll)).to.deep.equal(['read', 'read', 'read', 'read']);
  });

  it('with changed bytes are read or refused by name', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.constantFrom(...VALID), changes, (valid, damage) => {
        const bytes = valid.slice();
        for (const [at, byte] of damage) bytes[132 + (at % (bytes.length - 132))] = byte;
        readAll(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it('cut anywhere are read or refused by name', () => {
    for (const valid of VALID) {
      for (let length = 0; length < valid.length; length++) readAll(valid.slice(0, length));
    }
  });

  it('with lengths of every absurdity are read or refused by name', () => {
    const lengths = [0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
    for (const valid of VALID.slice(0, 3)) {
      for (let at = 132; at + 4 <= valid.length; at += 2) {
        for (const length of lengths) {
          const bytes = Buffer.from(valid);
          bytes.writeUInt32LE(length, at);
          readAll(bytes);
        }
      }
    }
  });

  it('of no kind are read or refused by name', () => {
    const prefix = part10([]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        readAll(noise);
        readAll(Buffer.concat([prefix, noise]));
      }),
      { numRuns: 1000 },
    );
  });
});
