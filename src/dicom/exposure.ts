import type { Code } from './codes.js';
import { NotAnalysed } from './leftOutCodes.js';
import type { Laterality, View } from './source.js';
import {
  lateralityOfCode,
  lateralityOfPosition,
  modifierOf,
  printable,
  type ViewAnswer,
  viewOfCode,
  viewOfPosition,
} from './views.js';

/** Contact mammograms have up to about 1.1, the air gap of a breast; magnification stands start at 1.4. */
const MAX_CONTACT_MAGNIFICATION = 1.25;

/** What tells the view: a data set, or an instance's metadata as an archive gives it. */
export interface ViewAttributes {
  string(keyword: string): string | undefined;
  strings(keyword: string): string[];
  number(keyword: string): number | undefined;
  items(keyword: string): ViewAttributes[];
  asCode(): Code | undefined;
}

/** One ordinary exposure of the breast of the patient. */
export function requireImageOfPatient(dataset: ViewAttributes): void {
  const imageType = dataset.strings('ImageType').map((value) => value.toUpperCase());
  if (imageType.some((value) => /TOMO|GENERATED_2D|SYNTH/.test(value))) {
    throw new NotAnalysed('synthesised-image', 'Computed from a tomosynthesis, not an exposure of its own');
  }
  if (imageType.some((value) => /RECOMBINED|SUBTRACT|HIGH_ENERGY/.test(value))) {
    throw new NotAnalysed(
      'contrast-image',
      'Part of a contrast-enhanced examination that is no plain mammogram',
    );
  }
  if (imageType.some((value) => /^(STEREO|PREFIRE|POSTFIRE|POSTBIOPSY|POSTMARKER)/.test(value))) {
    // Defined terms of value 3 (PS3.3 C.8.11.7.1.4), and what makers write in their place. The view's code is plain CC.
    throw new NotAnalysed('biopsy-image', 'Taken for a biopsy (Image Type): shows a part of the breast');
  }
  if (imageType[1] === 'SECONDARY') {
    throw new NotAnalysed('secondary-image', 'Image Type says SECONDARY: not made from an exposure directly');
  }
  if (is(dataset, 'QualityControlImage', 'YES')) {
    throw new NotAnalysed('quality-control-image', 'A quality control image, not one of a patient');
  }
  if (dataset.items('SpecimenDescriptionSequence').length > 0) throw specimen();
  if (is(dataset, 'PartialView', 'YES')) {
    throw new NotAnalysed('partial-view', 'Shows a part of the breast only (Partial View)');
  }
  if (is(dataset, 'BurnedInAnnotation', 'YES')) {
    throw new NotAnalysed(
      'burned-in-annotation',
      'Text that may identify the patient is burned into the pixels',
    );
  }
  const magnification = dataset.number('EstimatedRadiographicMagnificationFactor') ?? 1;
  if (magnification > MAX_CONTACT_MAGNIFICATION) {
    throw new NotAnalysed('magnification-view', `Magnification view (factor ${magnification})`);
  }
}

export function viewOf(dataset: ViewAttributes): View {
  const views = dataset.items('ViewCodeSequence');
  // The modifiers' place is within the view's item; some vendors put them beside it.
  const modifiers = [...views, dataset].flatMap((holder) => holder.items('ViewModifierCodeSequence'));
  for (const modifier of modifiers) {
    const { code, meaning } = modifierOf(modifier.asCode() ?? { value: '', scheme: '', meaning: '' });
    throw new NotAnalysed(code, `Not a standard view: view modifier "${meaning}"`);
  }
  const code = views[0]?.asCode();
  const position = printable(dataset.string('ViewPosition') ?? '');
  const byCode = code && standardOrOut(viewOfCode(code));
  const byPosition = position && standardOrOut(viewOfPosition(position));
  if (byCode && byPosition && byCode !== byPosition) {
    throw new NotAnalysed('contradictory-view', `View code says ${byCode}, View Position says ${byPosition}`);
  }
  const view = byCode || (code === undefined && byPosition);
  if (view) return view;
  if (code !== undefined) {
    throw new NotAnalysed(
      'not-a-standard-view',
      `Unknown view "${printable(code.meaning) || printable(code.value)}"`,
    );
  }
  if (position !== '') throw new NotAnalysed('not-a-standard-view', `Unknown View Position "${position}"`);
  throw new NotAnalysed('no-view', 'Neither a view code nor a View Position');
}

function standardOrOut(answer: ViewAnswer): View | undefined {
  if (answer.kind === 'standard') return answer.view;
  if (answer.kind === 'specimen') throw specimen();
  if (answer.kind === 'other') throw new NotAnalysed(answer.code, `Not a standard view: ${answer.meaning}`);
  return undefined;
}

function specimen(): NotAnalysed {
  return new NotAnalysed('specimen', 'A tissue specimen, not the breast');
}

/**
 * Where the side stands: at the image, at its frame, at the series, which is what older files and other makers have
 * (PS3.3 C.7.3.1: where the image has none). The first that is there counts.
 */
const SIDES = [
  ['ImageLaterality', 'Image Laterality'],
  ['FrameLaterality', 'Frame Laterality'],
  ['Laterality', 'Laterality of the series'],
] as const;

/** Which breast it is; none where anything else in the header names the other one: the standard has them agree. */
export function lateralityOf(dataset: ViewAttributes): Laterality {
  const said = SIDES.flatMap(([keyword, name]) => {
    const value = printable(dataset.string(keyword) ?? '').toUpperCase();
    return value === '' ? [] : [{ name, value }];
  });
  const [first] = said;
  if (first?.value === 'B') throw new NotAnalysed('both-breasts', 'Shows both breasts');
  if (first?.value !== 'L' && first?.value !== 'R') {
    throw new NotAnalysed('no-laterality', 'Does not say whether it shows the left or the right breast');
  }
  const others = [...said.map((one) => ({ ...one, side: one.value })), ...otherSides(dataset)];
  const other = others.find(({ side }) => (side === 'L' || side === 'R') && side !== first.value);
  if (other === undefined) return first.value;
  throw new NotAnalysed(
    'contradictory-laterality',
    `${first.name} says ${first.value}, ${other.name} says ${other.value}`,
  );
}

/** What names a breast besides: the old text of the view, and the codes of the anatomy. */
function otherSides(
  dataset: ViewAttributes,
): { name: string; value: string; side: Laterality | undefined }[] {
  const position = printable(dataset.string('ViewPosition') ?? '');
  const regions = dataset.items('AnatomicRegionSequence');
  const structures = dataset.items('PrimaryAnatomicStructureSequence');
  const codes = [
    ...regions,
    ...regions.flatMap((region) => region.items('AnatomicRegionModifierSequence')),
    ...structures.flatMap((structure) => structure.items('PrimaryAnatomicStructureModifierSequence')),
  ].flatMap((item) => item.asCode() ?? []);
  return [
    { name: 'View Position', value: position, side: lateralityOfPosition(position) },
    ...codes.map((code) => ({
      name: 'the anatomy',
      value: `"${printable(code.meaning) || printable(code.value)}"`,
      side: lateralityOfCode(code),
    })),
  ];
}

function is(dataset: ViewAttributes, keyword: string, value: string): boolean {
  return dataset.string(keyword)?.toUpperCase() === value;
}
