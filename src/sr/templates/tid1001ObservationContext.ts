import {
  type Algorithm,
  DEVICE,
  DEVICE_OBSERVER_MANUFACTURER,
  DEVICE_OBSERVER_MODEL_NAME,
  DEVICE_OBSERVER_NAME,
  DEVICE_OBSERVER_SERIAL_NUMBER,
  DEVICE_OBSERVER_UID,
  OBSERVER_TYPE,
} from '../../dicom/index.js';
import {
  type CodeItem,
  code,
  type HasObsContext,
  hasObsContext,
  type TextItem,
  text,
  type UidRefItem,
  uidRef,
} from '../content/index.js';

/**
 * TID 1001 Observation Context with TID 1002 and 1004 (PS3.16): a device looked, no person did. Procedure and
 * subject are the study's own and are inherited from the document's header.
 */
export function tid1001ObservationContext(
  algorithm: Algorithm,
): HasObsContext<CodeItem | UidRefItem | TextItem>[] {
  return [
    hasObsContext(code(OBSERVER_TYPE, DEVICE)),
    hasObsContext(uidRef(DEVICE_OBSERVER_UID, algorithm.deviceUid)),
    hasObsContext(text(DEVICE_OBSERVER_NAME, algorithm.name)),
    hasObsContext(text(DEVICE_OBSERVER_MANUFACTURER, algorithm.manufacturer)),
    hasObsContext(text(DEVICE_OBSERVER_MODEL_NAME, algorithm.name)),
    hasObsContext(text(DEVICE_OBSERVER_SERIAL_NUMBER, algorithm.deviceUid)),
  ];
}
