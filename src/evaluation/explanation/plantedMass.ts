import { Random } from '../../dataset/index.js';
import { readPart10, standardView } from '../../dicom/index.js';
import { notExcluded, probabilityName } from '../../findings/index.js';
import {
  attentionRegion,
  blackLevel,
  gradCam,
  type HeatMap,
  integratedGradCam,
} from '../../gradcam/index.js';
import {
  breastMask,
  decodePixels,
  type InputGeometry,
  type PreparedImage,
  prepareInstance,
  presentationImage,
} from '../../image/index.js';
import { calibrate } from '../../model/index.js';
import { type ExamLesion, type MadeInstance, makeExam } from '../../phantom/index.js';
import { drawOverlay, overlayPng, type RgbImage } from '../../pictures/index.js';
import { EvaluationError } from '../errors.js';
import { mean } from '../statistics/index.js';
import { STEPS } from './completenessCheck.js';
import type { ExplanationSubject } from './subject.js';
import type { Picture, PlantedCheck, PlantedView } from './types.js';

const EXAMS = 6;
const PICTURES = 2;
const LONG_EDGE = 520;

/**
 * Made exams with one mass each: does the heat map's peak fall on it? Reported as it is. The exams are invented by
 * code, so a network may well not take their masses for masses; the probability without the mass says so.
 */
export async function checkPlanted(
  subject: ExplanationSubject,
  progress: (done: number, of: number) => void,
): Promise<{ check: PlantedCheck; pictures: Picture[] }> {
  const views: PlantedView[] = [];
  const pictures: Picture[] = [];
  for (let exam = 1; exam <= EXAMS; exam++) {
    const lesion = lesionOf(exam);
    const side = lesion.laterality;
    const wanted = { seed: exam, views: [`${side}CC`, `${side}MLO`] as const };
    const without = makeExam(wanted);
    for (const [index, made] of makeExam({ ...wanted, lesion }).entries()) {
      const looked = await look(subject, exam, made, without[index]!);
      views.push(looked.view);
      if (pictures.length < PICTURES && made.view.endsWith('CC'))
        pictures.push(await picture(subject, looked, made));
    }
    progress(exam, EXAMS);
  }
  const check: PlantedCheck = {
    views,
    gradCamHits: views.filter(({ gradCam: { hit } }) => hit).length,
    integratedHits: views.filter(({ integrated: { hit } }) => hit).length,
    expectedByChance: views.reduce((sum, { chance }) => sum + chance, 0),
    meanRise: mean(views.map(({ probability, probabilityWithout }) => probability - probabilityWithout)),
  };
  return { check, pictures };
}

/** The same for all who evaluate: left and right in turn, well inside the breast. */
function lesionOf(exam: number): ExamLesion {
  const random = new Random(exam);
  return {
    laterality: exam % 2 === 0 ? 'R' : 'L',
    kind: 'mass',
    depth: random.between(0.4, 0.65),
    lateral: random.between(-0.4, 0.4),
    superior: random.between(-0.4, 0.4),
    diameter: 22,
  };
}

interface Looked {
  view: PlantedView;
  image: PreparedImage;
  heatMap: HeatMap;
}

async function look(
  { bundle, engine }: ExplanationSubject,
  exam: number,
  made: MadeInstance,
  withoutMass: MadeInstance,
): Promise<Looked> {
  const steps = bundle.input.preparation;
  const [image, plain] = await Promise.all([prepared(made, steps), prepared(withoutMass, steps)]);
  const [inference, without] = await engine.infer([image.input, plain.input]);
  const { heatMap: integrated } = await integratedGradCam(engine, image.input, {
    steps: STEPS,
    baseline: blackLevel(steps),
  });
  const heatMap = gradCam(inference!);
  const tolerance = toleranceOf(made, image.geometry, heatMap);
  return {
    image,
    heatMap,
    view: {
      exam,
      view: made.view,
      probability: calibrate(bundle, inference!.rawProbability),
      probabilityWithout: calibrate(bundle, without!.rawProbability),
      gradCam: distanceOf(made, image.geometry, heatMap, tolerance),
      integrated: distanceOf(made, image.geometry, integrated, tolerance),
      chance: Math.min(1, (Math.PI * tolerance ** 2) / (await breastArea(made))),
    },
  };
}

async function prepared(
  made: MadeInstance,
  preparation: ExplanationSubject['bundle']['input']['preparation'],
): Promise<PreparedImage> {
  const result = await prepareInstance(made.bytes, { preparation, displayLongEdge: LONG_EDGE });
  if (result.kind === 'prepared') return result.image;
  throw new EvaluationError(
    'evaluation-made-image',
    `a made mammogram was left alone: ${result.leftOut.reason}`,
    {
      remedy: "Check the bundle's preparation with `mamori model inspect`.",
    },
  );
}

/** A hit lies on the mass, or off it by no more than half a cell of the map, which can tell no finer. */
function toleranceOf({ lesion }: MadeInstance, { crop }: InputGeometry, { rows, columns }: HeatMap): number {
  return lesion!.radius + Math.max(crop.width / columns, crop.height / rows) / 2;
}

function distanceOf(
  { lesion }: MadeInstance,
  geometry: InputGeometry,
  map: HeatMap,
  tolerance: number,
): PlantedView['gradCam'] {
  const peak = attentionRegion(map, geometry)?.peak;
  if (peak === undefined) return { distance: null, hit: false };
  const distance = Math.hypot(peak.x - lesion!.x, peak.y - lesion!.y);
  return { distance: distance / lesion!.radius, hit: distance <= tolerance };
}

/** In source pixels. */
async function breastArea({ bytes }: MadeInstance): Promise<number> {
  const instance = readPart10(bytes);
  const mask = breastMask(presentationImage(instance.dataset, await decodePixels(instance)));
  return mask.pixels.reduce((sum, one) => sum + one, 0) * mask.block ** 2;
}

async function picture(
  { bundle }: ExplanationSubject,
  { view, image, heatMap }: Looked,
  made: MadeInstance,
): Promise<Picture> {
  const { name, version, operatingPoint } = bundle;
  const rgb = drawOverlay({
    display: image.display,
    heatMap,
    geometry: image.geometry,
    region: attentionRegion(heatMap, image.geometry),
    caption: {
      laterality: image.source.laterality,
      view: image.source.view,
      probability: view.probability,
      operatingPoint,
      probabilityName: probabilityName(bundle),
      notExcluded: notExcluded(bundle),
      modelName: name,
      modelVersion: version,
      method: 'Grad-CAM',
    },
  });
  const scale = image.display.columns / image.geometry.sourceColumns;
  ring(rgb, made.lesion!.x * scale, made.lesion!.y * scale, made.lesion!.radius * scale * 1.25);
  const where =
    view.gradCam.distance === null
      ? 'no peak'
      : `peak ${view.gradCam.distance.toFixed(1)} radii from the mass`;
  return {
    png: await overlayPng(rgb),
    alternative: `Made mammogram ${standardView(image.source)} with heat map, ${where}`,
    caption:
      `Made exam ${view.exam}, ${standardView(image.source)}: ${where}, ` +
      `${view.gradCam.hit ? 'a hit' : 'no hit'}. The white ring is where the mass was planted.`,
  };
}

/** A thin white circle with a dark one around it, so that it shows on any ground. */
function ring({ rows, columns, pixels }: RgbImage, x: number, y: number, radius: number): void {
  for (let row = Math.max(0, Math.floor(y - radius - 3)); row < Math.min(rows, y + radius + 3); row++)
    for (
      let column = Math.max(0, Math.floor(x - radius - 3));
      column < Math.min(columns, x + radius + 3);
      column++
    ) {
      const off = Math.hypot(column + 0.5 - x, row + 0.5 - y) - radius;
      if (Math.abs(off) > 1.9) continue;
      pixels.fill(
        Math.abs(off) <= 0.9 ? 255 : 20,
        (row * columns + column) * 3,
        (row * columns + column) * 3 + 3,
      );
    }
}
