import {
  CONTENT_DATE,
  CONTENT_TIME,
  IMAGE_LATERALITY,
  IMAGE_LIBRARY,
  LEFT_BREAST,
  RIGHT_BREAST,
  type SourceInstance,
  STUDY_DATE,
  STUDY_TIME,
} from '../../dicom/index.js';
import {
  type ContainerItem,
  code,
  container,
  contains,
  hasAcqContext,
  type ImageItem,
  image,
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

/** The library's images by SOP Instance UID: findings point to these very items. */
export type CadImages = ReadonlyMap<string, ImageItem>;

/** The Image Library of a TID 4000 report (PS3.16), and its images for others to point to. */
export function cadImageLibrary(images: readonly LibraryImage[]): {
  library: ContainerItem;
  images: CadImages;
} {
  const items = new Map(
    images.map((entry) => [entry.instance.sopInstanceUID, tid4020ImageLibraryEntry(entry)] as const),
  );
  return {
    library: container(
      IMAGE_LIBRARY,
      [...items.values()].map((item) => contains(item)),
    ),
    images: items,
  };
}

/** TID 4020 CAD Image Library Entry: each row is mandatory when the image has the attribute. */
function tid4020ImageLibraryEntry({ instance, source }: LibraryImage): ImageItem {
  return image(undefined, instance, source && descriptors(source));
}

function descriptors(source: SourceInstance): Descriptor[] {
  return [
    hasAcqContext(code(IMAGE_LATERALITY, source.laterality === 'L' ? LEFT_BREAST : RIGHT_BREAST)),
    viewDescriptor(source),
    ...orientationDescriptors(source),
    ...dateDescriptor(STUDY_DATE, source.studyDate),
    ...timeDescriptor(STUDY_TIME, source.studyTime),
    ...dateDescriptor(CONTENT_DATE, source.contentDate),
    ...timeDescriptor(CONTENT_TIME, source.contentTime),
    ...spacingDescriptors(source),
  ];
}
