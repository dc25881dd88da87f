import {
  contradictoryIntent,
  type DicomInstance,
  type LeftOut,
  leftOut,
  type RawAttribute,
  type Reason,
  type Recognition,
  readPart10,
  recogniseMammogram,
  registerPatientAndStudy,
  registerRequests,
  type SourceInstance,
  type StudyIdentity,
  type StudyInstanceUID,
  standardView,
  usableUid,
} from '../dicom/index.js';
import { MamoriError } from '../errors.js';
import { breastMask } from './breast.js';
import { decodePixels } from './codecs/index.js';
import { ImageError } from './errors.js';
import { implausibility } from './plausibility/index.js';
import { prepareGrey } from './prepare.js';
import { presentationImage } from './presentation.js';
import { reducedImage } from './reducedImage.js';
import { displayImage } from './resize.js';
import type { PreparationStep } from './steps/index.js';
import type { PreparedImage } from './types.js';

export interface PreparationTask {
  /** The bundle's steps, in order. */
  preparation: PreparationStep[];
  /** Longest side of the display image in pixels. */
  displayLongEdge: number;
}

/** What became of one instance; plain data: crosses threads. */
export type PreparationResult =
  | { kind: 'prepared'; image: PreparedImage }
  /** It does not go to the network. `study` says whose it is, where it could be read at all. */
  | { kind: 'left-out'; leftOut: LeftOut; study: StudyIdentity | undefined };

/**
 * The whole way from a Part 10 file to the network's input: parse, recognise, decode, present, prepare.
 *
 * What is wrong with the instance comes back as `left-out` with its code, whatever the bytes are; so does what is no
 * plausible mammogram.
 *
 * @param options.overwrite `bytes` are not needed any more: their pixels are worked on in place
 * @param options.allocate gives the memory for decoded pixels; with `overwrite` nothing is left in it afterwards
 * @throws ImageError `preparation-invalid`: the task is at fault, not the image
 */
export async function prepareInstance(
  bytes: Uint8Array,
  task: PreparationTask,
  options: { overwrite?: boolean; allocate?: (words: number) => Uint16Array } = {},
): Promise<PreparationResult> {
  let instance: DicomInstance | undefined;
  let recognition: Recognition | undefined;
  try {
    instance = readPart10(bytes);
    recognition = recogniseMammogram(instance);
    if (recognition.kind === 'left-out') return instanceLeftOut(instance, recognition, recognition.leftOut);
    const contradiction = contradictoryIntent(instance.dataset);
    if (contradiction !== undefined) return instanceLeftOut(instance, recognition, contradiction);
    const grey = presentationImage(instance.dataset, await decodePixels(instance, options), options);
    const reduced = reducedImage(grey);
    const mask = breastMask(grey, reduced);
    const doubt = implausibility({ image: grey, reduced, mask, view: standardView(recognition.source) });
    if (doubt !== undefined) return instanceLeftOut(instance, recognition, doubt);
    const { input, geometry } = prepareGrey(grey, task.preparation, mask);
    const display = displayImage(grey, task.displayLongEdge);
    const source = detached(recognition.source);
    return { kind: 'prepared', image: { source, input, geometry, breast: mask, display } };
  } catch (error) {
    if (error instanceof ImageError && error.code === 'preparation-invalid') throw error;
    return instanceLeftOut(instance, recognition, failure(error));
  }
}

/** Whose an instance is, as far as it can be told. Plain data: crosses threads. */
export interface InstanceIdentity {
  /** What the results need of it, where it is a mammogram. */
  source: SourceInstance | undefined;
  /** Study and patient, where the instance could be read at all. */
  study: StudyIdentity | undefined;
}

/** Parse and recognise only; the pixels are not touched. Never throws: what cannot be read has no identity. */
export function identifyInstance(bytes: Uint8Array): InstanceIdentity {
  let instance: DicomInstance | undefined;
  let recognition: Recognition | undefined;
  try {
    instance = readPart10(bytes);
    recognition = recogniseMammogram(instance);
  } catch {
    // The header may still say whose it is.
  }
  return identityOf(instance, recognition);
}

/** What an error says of the image; a fault of ours is named without its text, which might quote the image. */
function failure(error: unknown): Reason {
  if (error instanceof MamoriError) return { code: error.code, reason: ascii(error.message) };
  const name = error instanceof Error ? error.name : typeof error;
  return { code: 'preparation-crashed', reason: `Preparing the image failed unexpectedly (${ascii(name)}).` };
}

function instanceLeftOut(
  instance: DicomInstance | undefined,
  recognition: Recognition | undefined,
  why: Reason,
): PreparationResult {
  const { source, study } = identityOf(instance, recognition);
  const recognised = recognition?.kind === 'left-out' ? recognition.leftOut : undefined;
  const left = recognised ?? leftOut(instance?.dataset, why);
  const attempted = recognised === undefined;
  return { kind: 'left-out', leftOut: { ...left, source, attempted }, study };
}

function identityOf(
  instance: DicomInstance | undefined,
  recognition: Recognition | undefined,
): InstanceIdentity {
  const dataset = instance?.dataset;
  const studyInstanceUID = usableUid<StudyInstanceUID>(dataset?.string('StudyInstanceUID'));
  return {
    source: recognition?.kind === 'mammogram' ? detached(recognition.source) : undefined,
    study:
      dataset && studyInstanceUID
        ? detached({
            studyInstanceUID,
            patientAndStudy: registerPatientAndStudy(dataset),
            ...registerRequests(dataset),
          })
        : undefined,
  };
}

/** The same without views into the file: sending one view to another thread sends the whole file along. */
function detached<Study extends StudyIdentity>(study: Study): Study {
  const { patientAndStudy, requestAttributes, referencedRequests } = study;
  return {
    ...study,
    patientAndStudy: patientAndStudy.map(owned),
    requestAttributes: requestAttributes && owned(requestAttributes),
    referencedRequests: referencedRequests && owned(referencedRequests),
  };
}

function owned(attribute: RawAttribute): RawAttribute {
  return { ...attribute, bytes: Uint8Array.from(attribute.bytes) };
}

function ascii(text: string): string {
  return text.replaceAll('×', 'x').replace(/[^\x20-\x7e]/g, '?');
}
