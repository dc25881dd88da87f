/**
 * Why an instance is not analysed, as its attributes tell. Each stands in docs/conformance.md 5.1; whether one makes a
 * result partial, `lacksAnswer` says (`findings/`): it does unless that says otherwise. Stable.
 */
export type LeftOutCode =
  // By its SOP class or maker
  | 'own-object'
  | 'tomosynthesis'
  | 'tomosynthesis-projection'
  | 'secondary-capture'
  | 'mammography-cad-report'
  | 'structured-report'
  | 'presentation-state'
  | 'not-a-mammogram'
  // No ordinary exposure of a patient's breast
  | 'synthesised-image'
  | 'contrast-image'
  | 'biopsy-image'
  | 'secondary-image'
  | 'quality-control-image'
  | 'specimen'
  | 'partial-view'
  | 'burned-in-annotation'
  // Another view than the four
  | ModifierCode
  | 'not-a-standard-view'
  | 'contradictory-view'
  | 'no-view'
  | 'both-breasts'
  | 'no-laterality'
  | 'contradictory-laterality'
  // Not one grey image with its names
  | 'multi-frame'
  | 'not-grey'
  | 'no-image-size'
  | 'no-pixel-data'
  | 'contradictory-intent'
  | 'no-valid-uid';

/** By the view's modifier (CID 4015). */
export type ModifierCode =
  | 'magnification-view'
  | 'spot-compression-view'
  | 'implant-displaced-view'
  | 'rolled-view'
  | 'tangential-view'
  | 'cleavage-view'
  | 'axillary-tail-view'
  | 'nipple-in-profile-view'
  | 'anterior-compression-view'
  | 'infra-mammary-fold-view'
  | 'axillary-tissue-view'
  | 'modified-view';

/** Raised while an instance is recognised, to leave from any depth with a reason. */
export class NotAnalysed {
  constructor(
    readonly code: LeftOutCode,
    readonly reason: string,
  ) {}
}
