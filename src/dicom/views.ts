import type { Code } from './codes.js';
import { LEFT, LEFT_BREAST, RIGHT, RIGHT_BREAST, VIEW_CC, VIEW_MLO } from './concepts.js';
import type { ModifierCode } from './leftOutCodes.js';
import type { Laterality, View } from './source.js';

/** A term of CID 4014 or 4015 with the code that older files carry for it, and habits of plain text. */
interface Term {
  meaning: string;
  sct: string;
  /** The SNOMED RT value, which stands under SRT, SNM3, 99SDM, SNOMED-RT and other scheme names. */
  srt?: string;
  /** ViewPosition (0018,5101) as ACR and vendors abbreviate it, upper case. */
  positions: string[];
}

/** View for Mammography, CID 4014 (PS3.16). */
const PROJECTIONS: (Term & { view?: View })[] = [
  { meaning: 'cranio-caudal', sct: '399162004', srt: 'R-10242', positions: ['CC'], view: 'CC' },
  { meaning: 'medio-lateral oblique', sct: '399368009', srt: 'R-10226', positions: ['MLO'], view: 'MLO' },
  { meaning: 'medio-lateral', sct: '399260004', srt: 'R-10224', positions: ['ML'] },
  { meaning: 'latero-medial', sct: '399352003', srt: 'R-10228', positions: ['LM'] },
  { meaning: 'latero-medial oblique', sct: '399099002', srt: 'R-10230', positions: ['LMO'] },
  { meaning: 'caudo-cranial (from below)', sct: '399196006', srt: 'R-10244', positions: ['FB'] },
  { meaning: 'superolateral to inferomedial oblique', sct: '399188001', srt: 'R-102D0', positions: ['SIO'] },
  { meaning: 'inferomedial to superolateral oblique', sct: '441555000', positions: ['ISO'] },
  { meaning: 'exaggerated cranio-caudal', sct: '399265009', srt: 'R-102CF', positions: ['XCC'] },
  { meaning: 'cranio-caudal exaggerated laterally', sct: '399192008', srt: 'R-1024A', positions: ['XCCL'] },
  { meaning: 'cranio-caudal exaggerated medially', sct: '399101009', srt: 'R-1024B', positions: ['XCCM'] },
];

/** Tissue specimen from breast, the one member of CID 4014 that is no projection. */
const SPECIMEN_VIEWS = ['127457009', 'G-8310'];

/** View Modifier for Mammography, CID 4015 (PS3.16), each with the stable code of its reason. */
const MODIFIERS: (Term & { code: ModifierCode })[] = [
  {
    meaning: 'Magnification',
    sct: '399163009',
    srt: 'R-102D6',
    positions: ['M'],
    code: 'magnification-view',
  },
  {
    meaning: 'Spot compression',
    sct: '399055006',
    srt: 'R-102D7',
    positions: ['S'],
    code: 'spot-compression-view',
  },
  {
    meaning: 'Implant displaced',
    sct: '399209000',
    srt: 'R-102D5',
    positions: ['ID'],
    code: 'implant-displaced-view',
  },
  { meaning: 'Rolled lateral', sct: '399197002', srt: 'R-102D3', positions: ['RL'], code: 'rolled-view' },
  { meaning: 'Rolled medial', sct: '399226006', srt: 'R-102D4', positions: ['RM'], code: 'rolled-view' },
  { meaning: 'Rolled superior', sct: '415670009', srt: 'R-102C9', positions: ['RS'], code: 'rolled-view' },
  { meaning: 'Rolled inferior', sct: '414493004', srt: 'R-102CA', positions: ['RI'], code: 'rolled-view' },
  { meaning: 'Tangential', sct: '399110001', srt: 'R-102C2', positions: ['TAN'], code: 'tangential-view' },
  { meaning: 'Cleavage', sct: '399161006', srt: 'R-102D2', positions: ['CV'], code: 'cleavage-view' },
  {
    meaning: 'Axillary tail',
    sct: '399011000',
    srt: 'R-102D1',
    positions: ['AT'],
    code: 'axillary-tail-view',
  },
  { meaning: 'Nipple in profile', sct: '442581004', positions: ['NP'], code: 'nipple-in-profile-view' },
  { meaning: 'Anterior compression', sct: '441752004', positions: ['AC'], code: 'anterior-compression-view' },
  { meaning: 'Infra-mammary fold', sct: '442593008', positions: ['IMF'], code: 'infra-mammary-fold-view' },
  { meaning: 'Axillary tissue', sct: '442580003', positions: ['AX'], code: 'axillary-tissue-view' },
];

/** What a ViewCodeSequence or a ViewPosition says. */
export type ViewAnswer =
  | { kind: 'standard'; view: View }
  /** A projection or modified projection that Mamori does not analyse. */
  | { kind: 'other'; code: ModifierCode | 'not-a-standard-view'; meaning: string }
  | { kind: 'specimen' }
  | { kind: 'unknown' };

/** The current code of a standard view, whatever the source used. */
export const VIEW_CODE: Record<View, Code> = { CC: VIEW_CC, MLO: VIEW_MLO };

/** By the code's value alone: each is unique, and scheme names vary from vendor to vendor. */
export function viewOfCode(code: Code): ViewAnswer {
  if (SPECIMEN_VIEWS.includes(code.value)) return { kind: 'specimen' };
  return answer(PROJECTIONS.find((term) => term.sct === code.value || term.srt === code.value));
}

/**
 * By ViewPosition (0018,5101), which predates the codes: `CC`, `RCC`, `L MLO`, but also `MLOID`, `SCC`, `XCCL`.
 *
 * A name put together from a projection and a modifier (IHE Mammography Image 4.16.4.1.1.6) is the modified view.
 */
export function viewOfPosition(position: string): ViewAnswer {
  const name = lettersOf(position);
  if (name === 'SPECIMEN') return { kind: 'specimen' };
  const projection = projectionNamed(name.slice(sideNamed(name)?.length ?? 0));
  if (projection !== undefined) return answer(projection);
  for (const modifier of MODIFIERS) {
    for (const abbreviation of modifier.positions) {
      const rest = name.startsWith(abbreviation)
        ? name.slice(abbreviation.length)
        : name.endsWith(abbreviation)
          ? name.slice(0, -abbreviation.length)
          : undefined;
      const modifies = rest !== undefined && PROJECTIONS.some((term) => term.positions.includes(rest));
      if (name === abbreviation || modifies) {
        return { kind: 'other', code: modifier.code, meaning: modifier.meaning };
      }
    }
  }
  return { kind: 'unknown' };
}

/** The breast that a View Position names as well: `RCC`, `L MLO`; undefined for `CC`, or `LM`, a projection. */
export function lateralityOfPosition(position: string): Laterality | undefined {
  return sideNamed(lettersOf(position));
}

/** Left and right breast, and left and right, as codes of the anatomy or its modifier, with the values of old files. */
const SIDE_CODES: Record<Laterality, readonly string[]> = {
  L: [LEFT_BREAST.value, 'T-04030', LEFT.value, 'G-A101'],
  R: [RIGHT_BREAST.value, 'T-04020', RIGHT.value, 'G-A100'],
};

/** The side that a code names, by its value alone, as `viewOfCode`. */
export function lateralityOfCode({ value }: Code): Laterality | undefined {
  return (['L', 'R'] as const).find((side) => SIDE_CODES[side].includes(value));
}

function lettersOf(position: string): string {
  return position.toUpperCase().replace(/[^A-Z]/g, '');
}

function projectionNamed(name: string): (Term & { view?: View }) | undefined {
  return PROJECTIONS.find((term) => term.positions.includes(name));
}

/** The first letter of a projection's name, where the rest is one without it. */
function sideNamed(name: string): Laterality | undefined {
  const [side] = name;
  if (side !== 'L' && side !== 'R') return undefined;
  return projectionNamed(name) === undefined && projectionNamed(name.slice(1)) !== undefined
    ? side
    : undefined;
}

/** The stable code and the name of a view modifier; modifiers not in CID 4015 count as modifiers all the same. */
export function modifierOf(code: Code): { code: ModifierCode; meaning: string } {
  const known = MODIFIERS.find((term) => term.sct === code.value || term.srt === code.value);
  if (known !== undefined) return { code: known.code, meaning: known.meaning };
  const text = printable(code.meaning) || printable(code.value) || 'unnamed';
  return { code: 'modified-view', meaning: text };
}

function answer(term: (Term & { view?: View }) | undefined): ViewAnswer {
  if (term === undefined) return { kind: 'unknown' };
  if (term.view !== undefined) return { kind: 'standard', view: term.view };
  return { kind: 'other', code: 'not-a-standard-view', meaning: term.meaning };
}

/** For reasons, which are printable ASCII of a bounded length whatever a source says. */
export function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 64)
    .trim();
}
