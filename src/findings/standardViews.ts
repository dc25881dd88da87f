import {
  type Laterality,
  type LeftOut,
  type LeftOutCode,
  type StandardView,
  sopClass,
  standardView,
  type View,
} from '../dicom/index.js';

/** Which of the standard views of a screening exam of both breasts a study holds. */
export interface ViewsInStudy {
  /** Views of which there is an image, analysed or not; right before left, CC before MLO. */
  present: StandardView[];
  /** The others, in the same order. */
  absent: StandardView[];
  /** Whether something in the study may show one of them: an image that does not tell its view, a tomosynthesis. */
  perhaps: boolean;
}

type Seen = { laterality: Laterality; view: View };

const BREASTS: { name: string; views: [StandardView, StandardView] }[] = [
  { name: 'right breast', views: ['RCC', 'RMLO'] },
  { name: 'left breast', views: ['LCC', 'LMLO'] },
];
const ALL: StandardView[] = BREASTS.flatMap(({ views }) => views);

const IN_A_TITLE: Record<StandardView, string> = {
  RCC: 'right craniocaudal',
  RMLO: 'right MLO',
  LCC: 'left craniocaudal',
  LMLO: 'left MLO',
};

/** Mammograms that are no standard view by their own header: nothing that was asked for is lacking without them. */
const OTHER_VIEWS: ReadonlySet<string> = new Set<LeftOutCode>([
  'magnification-view',
  'spot-compression-view',
  'implant-displaced-view',
  'rolled-view',
  'tangential-view',
  'cleavage-view',
  'axillary-tail-view',
  'nipple-in-profile-view',
  'anterior-compression-view',
  'infra-mammary-fold-view',
  'axillary-tissue-view',
  'modified-view',
  'not-a-standard-view',
  'specimen',
  'quality-control-image',
  'secondary-image',
  'synthesised-image',
  'contrast-image',
  'biopsy-image',
  'own-object',
]);

/** No standard view, yet a picture of the breast from the same side: a reader who has it does not miss the view. */
const OTHER_TECHNIQUES: ReadonlySet<string> = new Set<LeftOutCode>([
  'tomosynthesis',
  'tomosynthesis-projection',
  'synthesised-image',
  'contrast-image',
]);

/** Instances that are mammograms whatever became of them; not every archive lists the class. */
const MAMMOGRAMS: ReadonlySet<string> = new Set([
  sopClass.DigitalMammographyForPresentation,
  sopClass.DigitalMammographyForProcessing,
  '',
]);

/**
 * Whether an instance is a standard view without an answer, or may be one: an unreadable file does not tell. Spot views
 * and their like are not, nor is what another image answers for.
 */
export function lacksAnswer(left: LeftOut): boolean {
  if (left.superseded === true) return false;
  if (left.source !== undefined) return true;
  return MAMMOGRAMS.has(left.sopClassUID) && !OTHER_VIEWS.has(left.code);
}

/** The standard view that an image without an answer shows; undefined of a spot view, or where it does not tell. */
export function viewOf(left: LeftOut): StandardView | undefined {
  if (left.source !== undefined) return standardView(left.source);
  return lacksAnswer(left) ? left.view : undefined;
}

/**
 * Which standard views are in the study. A view counts as there when an image of it could be told from its header,
 * whether it was analysed or not: of one that was not, the reports say so by themselves.
 */
export function viewsInStudy(analysed: readonly Seen[], leftOut: readonly LeftOut[]): ViewsInStudy {
  const there = new Set([...analysed.map(standardView), ...leftOut.flatMap((left) => viewOf(left) ?? [])]);
  const unknown = (left: LeftOut) => viewOf(left) === undefined && lacksAnswer(left);
  return {
    present: ALL.filter((view) => there.has(view)),
    absent: ALL.filter((view) => !there.has(view)),
    perhaps: leftOut.some((left) => unknown(left) || OTHER_TECHNIQUES.has(left.code)),
  };
}

/**
 * What to say of standard views that are not there, without a full stop: `R MLO not in the study`, `left breast not in
 * the study`; undefined where all four are. It states and does not complain: after a mastectomy it is as it should be.
 */
export function absentViewsText(views: ViewsInStudy): string | undefined {
  const { absent, perhaps } = views;
  if (absent.length === 0) return undefined;
  const where = perhaps ? 'recognised in the study' : 'in the study';
  if (absent.length === ALL.length) return `no standard view ${where}`;
  const named = BREASTS.flatMap(({ name, views: own }) =>
    own.every((view) => absent.includes(view))
      ? [name]
      : own.filter((view) => absent.includes(view)).map(viewName),
  );
  return `${named.join(' and ')} not ${where}`;
}

/**
 * The same in the fewest words, for a title: `no right MLO`, `right breast only`, `2 of 4 views`. Never `CC`, `L MLO`
 * or `R MLO`: OHIF's mammography layout takes a series with that in its description for that mammogram.
 */
export function absentViewsTitle({ present, absent }: ViewsInStudy): string | undefined {
  if (absent.length === 0) return undefined;
  const [only] = absent;
  if (absent.length === 1) return `no ${IN_A_TITLE[only!]}`;
  const whole = BREASTS.find(
    ({ views: own }) => present.length === own.length && own.every((view) => present.includes(view)),
  );
  return whole === undefined ? `${present.length} of ${ALL.length} views` : `${whole.name} only`;
}

/** Names that begin with a view's: right before left, CC before MLO. */
export function inViewOrder(names: readonly string[]): string[] {
  return names.toSorted().toSorted((a, b) => Number(b.startsWith('R')) - Number(a.startsWith('R')));
}

/** `L MLO`. */
export function viewName(view: StandardView): string {
  return `${view.slice(0, 1)} ${view.slice(1)}`;
}
