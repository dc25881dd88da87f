import type { Attributes } from './attributes.js';
import type { Dataset } from './dataset.js';
import type { CopiedTable, Greyscale } from './source.js';

/** The greyscale transformations of an image, with memory of their own. */
export function greyscaleOf(dataset: Dataset): Greyscale {
  return {
    modality: tableOf(dataset.items('ModalityLUTSequence')[0]) ?? rescaleOf(dataset),
    voi: tableOf(dataset.items('VOILUTSequence')[0]) ?? windowOf(dataset),
    inverted: isInverted(dataset),
  };
}

/** Whether the lowest value is white; MONOCHROME1 and INVERSE together mean one inversion (PS3.3 C.8.11.3.1.2). */
export function isInverted(dataset: Dataset): boolean {
  return (
    dataset.string('PhotometricInterpretation') === 'MONOCHROME1' ||
    dataset.string('PresentationLUTShape') === 'INVERSE'
  );
}

/** Of several windows the first that is possible (PS3.3 C.11.2.1.2); undefined where there is none. */
export function firstWindow(
  dataset: Dataset,
): { center: number; width: number; function: string } | undefined {
  const named = dataset.string('VOILUTFunction') ?? 'LINEAR';
  const centers = dataset.numbers('WindowCenter');
  const widths = dataset.numbers('WindowWidth');
  const minimum = named === 'LINEAR' ? 1 : Number.MIN_VALUE;
  const usable = centers.findIndex((_, i) => widths[i] !== undefined && widths[i]! >= minimum);
  return usable < 0 ? undefined : { center: centers[usable]!, width: widths[usable]!, function: named };
}

function rescaleOf(dataset: Dataset): Greyscale['modality'] {
  const slope = dataset.number('RescaleSlope') || 1;
  const intercept = dataset.number('RescaleIntercept') ?? 0;
  const type = dataset.string('RescaleType') ?? 'US';
  return { slope, intercept, type: /^[\x20-\x5b\x5d-\x7e]{1,64}$/.test(type) ? type : 'US' };
}

/** One of a function that there is not is none: the image is not analysed either. */
function windowOf(dataset: Dataset): Greyscale['voi'] {
  const window = firstWindow(dataset);
  return window && /^(LINEAR|LINEAR_EXACT|SIGMOID)$/.test(window.function) ? window : undefined;
}

/** Memory of its own: the file need not stay. */
function tableOf(item: Dataset | undefined): CopiedTable | undefined {
  const [count, first, bits] = item?.numbers('LUTDescriptor') ?? [];
  const data = item?.bytes('LUTData');
  if (count === undefined || first === undefined || bits === undefined || !data?.length) return undefined;
  return { descriptor: [count, first, bits], data: new Uint8Array(data) };
}

/**
 * The same for a Grayscale Softcopy Presentation State: Modality LUT, Softcopy VOI LUT and Softcopy Presentation LUT
 * (PS3.3 C.11.1, C.11.8, C.11.6).
 */
export function softcopyAttributes({ modality, voi, inverted }: Greyscale): Attributes {
  return {
    ...(modality === undefined
      ? {}
      : 'descriptor' in modality
        ? { ModalityLUTSequence: [{ ...tableItem(modality), ModalityLUTType: 'US' }] }
        : {
            RescaleIntercept: modality.intercept,
            RescaleSlope: modality.slope,
            RescaleType: modality.type,
          }),
    ...(voi === undefined
      ? {}
      : {
          SoftcopyVOILUTSequence: [
            'descriptor' in voi
              ? { VOILUTSequence: [tableItem(voi)] }
              : {
                  WindowCenter: voi.center,
                  WindowWidth: voi.width,
                  VOILUTFunction: voi.function === 'LINEAR' ? undefined : voi.function,
                },
          ],
        }),
    PresentationLUTShape: inverted ? 'INVERSE' : 'IDENTITY',
  };
}

function tableItem({ descriptor, data }: CopiedTable): Attributes {
  return { LUTDescriptor: [...descriptor], LUTData: data };
}
