import {
  ACQUISITION_DATE,
  ACQUISITION_TIME,
  BREAST,
  CONTENT_DATE,
  CONTENT_TIME,
  IMAGE_LATERALITY,
  IMAGE_LIBRARY,
  IMAGE_LIBRARY_GROUP,
  LEFT,
  MG,
  MODALITY,
  PIXEL_DATA_COLUMNS,
  PIXEL_DATA_ROWS,
  PIXELS,
  RIGHT,
  type SourceInstance,
  STUDY_DATE,
  STUDY_TIME,
  TARGET_REGION,
} from '../../dicom/index.js';
import {
  type ContainerItem,
  code,
  container,
  contains,
  hasAcqContext,
  type ImageItem,
  image,
  num,
} from '../content/index.js';
import {
  type Descriptor,
  dateDescriptor,
  type LibraryImage,
  orientationDescriptors,
  spacingDescriptors,
  timeDescriptor,
  viewDescriptor,
} from './imageDescriptors.js';

/** TID 1600 Image Library (PS3.16): one group, since all images are mammograms of one breast or the other. */
export function tid1600ImageLibrary(images: readonly LibraryImage[]): ContainerItem {
  const group = container(IMAGE_LIBRARY_GROUP, [
    hasAcqContext(code(MODALITY, MG)),
    hasAcqContext(code(TARGET_REGION, BREAST)),
    ...images.map((entry) => contains(tid1601ImageLibraryEntry(entry))),
  ]);
  return container(IMAGE_LIBRARY, [contains(group)], '1600');
}

/** TID 1601 Image Library Entry. */
function tid1601ImageLibraryEntry({ instance, source }: LibraryImage): ImageItem {
  return image(undefined, instance, source && [...tid1602Descriptors(source), ...tid1603Descriptors(source)]);
}

/** TID 1602 Image Library Entry Descriptors, in the template's order; the group's stand at the group. */
function tid1602Descriptors(source: SourceInstance): Descriptor[] {
  return [
    hasAcqContext(code(IMAGE_LATERALITY, source.laterality === 'L' ? LEFT : RIGHT)),
    ...dateDescriptor(STUDY_DATE, source.studyDate),
    ...timeDescriptor(STUDY_TIME, source.studyTime),
    ...dateDescriptor(CONTENT_DATE, source.contentDate),
    ...timeDescriptor(CONTENT_TIME, source.contentTime),
    ...dateDescriptor(ACQUISITION_DATE, source.acquisitionDate),
    ...timeDescriptor(ACQUISITION_TIME, source.acquisitionTime),
    hasAcqContext(num(PIXEL_DATA_ROWS, pixels(source.rows))),
    hasAcqContext(num(PIXEL_DATA_COLUMNS, pixels(source.columns))),
  ];
}

/** TID 1603 Image Library Entry Descriptors for Projection Radiography. */
function tid1603Descriptors(source: SourceInstance): Descriptor[] {
  return [viewDescriptor(source), ...orientationDescriptors(source), ...spacingDescriptors(source)];
}

function pixels(count: number) {
  return { value: count, text: String(count), unit: PIXELS };
}
