import {
  BY_SPEED,
  type Device,
  ENGINE_NAMES,
  ENGINES,
  type EngineChoice,
  type EngineName,
  type Placed,
  runsOn,
} from '../engineTable.js';
import { ModelError } from '../errors.js';
import type { Bundle, Engine } from '../types.js';
import { type Candidate, openFirst } from './candidate.js';
import { openOnnxRuntime } from './onnxruntime.js';
import { checkTargetLayer } from './targetLayer.js';
import { openTensorflow } from './tensorflow.js';

const OPEN: Record<EngineName, typeof openOnnxRuntime> = {
  onnxruntime: openOnnxRuntime,
  tensorflow: openTensorflow,
};

/**
 * Opens the bundle's network on the engine and device that are asked for, and runs it once as a check. `auto` takes
 * the first of `BY_SPEED` that works, for the files that the bundle has; the order is fixed, so that a machine gives
 * the same answer after each start.
 *
 * @throws ModelError `engine-unavailable` with the remedy, when what was named does not work, or nothing does; others
 *   as the bundle deserves
 */
export async function openEngine(bundle: Bundle, choice: EngineChoice): Promise<Engine> {
  await checkTargetLayer(bundle);
  return openFirst(placesFor(bundle, choice).map((placed) => candidate(bundle, placed, choice.threads)));
}

function placesFor(bundle: Bundle, { engine, device }: EngineChoice): Placed[] {
  // What is named is tried whatever the bundle holds, so that the error says which file it lacks.
  if (engine !== 'auto' && device !== 'auto') return [{ engine, device }];
  const named = BY_SPEED.filter(
    (one) => (engine === 'auto' || one.engine === engine) && (device === 'auto' || one.device === device),
  );
  // Never tried unasked, but this device was asked for.
  if (named.length === 0 && device !== 'auto')
    return ENGINE_NAMES.filter((name) => runsOn(name, device)).map((name) => ({ engine: name, device }));
  const possible = named.filter((one) => ENGINES[one.engine].file in bundle.files);
  return possible.length > 0 ? possible : named.slice(0, 1);
}

function candidate(bundle: Bundle, { engine, device }: Placed, threads: number | undefined): Candidate {
  return {
    name: `${engine} on ${device}`,
    device,
    open: async (reason) => {
      checkFile(bundle, engine);
      checkDevice(engine, device);
      return OPEN[engine](bundle, device, { threads, reason });
    },
  };
}

/** @throws ModelError `bundle-file-missing` */
function checkFile(bundle: Bundle, engine: EngineName): void {
  const { file } = ENGINES[engine];
  if (file in bundle.files) return;
  const others = ENGINE_NAMES.filter((name) => ENGINES[name].file in bundle.files);
  throw new ModelError('bundle-file-missing', `${bundle.directory} has no ${file}, which ${engine} needs`, {
    remedy: `Set model.engine to ${others.join(' or ')}, or export the network again with \`mamori train\`.`,
  });
}

/** @throws ModelError `engine-unavailable` */
function checkDevice(engine: EngineName, device: Device): void {
  if (runsOn(engine, device)) return;
  const others = ENGINE_NAMES.filter((name) => runsOn(name, device));
  const devices = ENGINES[engine].devices.join(', ');
  throw new ModelError('engine-unavailable', `${engine} does not run on ${device}`, {
    remedy: `Set model.device to ${devices} or auto, or model.engine to ${others.join(' or ')}.`,
  });
}
