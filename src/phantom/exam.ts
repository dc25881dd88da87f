import type { Laterality, StandardView, View } from '../dicom/index.js';
import { type InstanceOptions, type MadeInstance, makeInstance } from './instance.js';
import type { LesionRequest } from './lesion.js';

/** A lesion in the breast as a body in space; each view shows it where it projects to. */
export interface ExamLesion {
  laterality: Laterality;
  kind: LesionRequest['kind'];
  /** 0 at the chest wall, 1 at the nipple. */
  depth: number;
  /** −1 medial, 1 lateral: seen in CC. */
  lateral: number;
  /** −1 below, 1 above: seen in MLO. */
  superior: number;
  /** mm. */
  diameter: number;
}

export interface ExamOptions
  extends Omit<InstanceOptions, 'view' | 'laterality' | 'lesion' | 'instanceNumber'> {
  /** In the order of acquisition; all four unless said. */
  views?: readonly StandardView[];
  lesion?: ExamLesion;
}

const STANDARD_VIEWS: readonly StandardView[] = ['RCC', 'LCC', 'RMLO', 'LMLO'];

/** A screening exam of one invented patient. The same options make the same bytes. */
export function makeExam(options: ExamOptions = {}): MadeInstance[] {
  const { views = STANDARD_VIEWS, lesion, ...rest } = options;
  return views.map((name, index) => {
    const laterality = name.slice(0, 1) as Laterality;
    const view = name.slice(1) as View;
    const seen = lesion?.laterality === laterality ? projected(lesion, view) : undefined;
    return makeInstance({
      ...rest,
      view,
      laterality,
      instanceNumber: index + 1,
      ...(seen ? { lesion: seen } : {}),
    });
  });
}

/** Above in CC is lateral, above in MLO is the axilla. */
function projected(lesion: ExamLesion, view: View): LesionRequest {
  return {
    kind: lesion.kind,
    depth: lesion.depth,
    height: view === 'CC' ? -lesion.lateral : -lesion.superior,
    diameter: lesion.diameter,
  };
}
