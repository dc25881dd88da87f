import { gradCam, type HeatMap } from '../../gradcam/index.js';
import { type Bundle, type Engine, openEngine } from '../../model/index.js';
import { mean, rankCorrelation, withIntervals } from '../statistics/index.js';
import { withShuffledWeights } from './randomisedWeights.js';
import type { ExplanationSubject, Sample } from './subject.js';
import type { RandomisedCheck } from './types.js';

const SHUFFLES = 3;

/** Grad-CAM of the same images with the bundle's weights and with shuffled ones. */
export async function checkRandomised(
  { bundle, engine, choice, seed }: ExplanationSubject,
  samples: Sample[],
): Promise<RandomisedCheck | null> {
  const real = await mapsOf(engine, samples);
  const found: { case: string; correlation: number }[] = [];
  let flat = 0;
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    const maps = await withShuffledWeights(bundle, seed + shuffle, (shuffled) =>
      mapsOfBundle(shuffled, choice, samples),
    );
    if (maps === undefined) return null;
    for (const [index, map] of maps.entries()) {
      const correlation = rankCorrelation(real[index]!.values, map.values);
      if (Number.isFinite(correlation)) found.push({ case: samples[index]!.case, correlation });
      else flat++;
    }
  }
  const average = (sample: readonly { correlation: number }[]) =>
    mean(sample.map(({ correlation }) => correlation));
  const others = real
    .slice(1)
    .map((map, index) => rankCorrelation(map.values, real[index]!.values))
    .filter(Number.isFinite);
  return {
    images: samples.length,
    shuffles: SHUFFLES,
    correlation: withIntervals(found, { average }, { rounds: 1000, seed }).average,
    betweenImages: others.length === 0 ? null : mean(others),
    flat,
  };
}

async function mapsOfBundle(
  bundle: Bundle,
  choice: ExplanationSubject['choice'],
  samples: Sample[],
): Promise<HeatMap[]> {
  const engine = await openEngine(bundle, choice);
  try {
    return await mapsOf(engine, samples);
  } finally {
    await engine.close();
  }
}

async function mapsOf(engine: Engine, samples: Sample[]): Promise<HeatMap[]> {
  const maps: HeatMap[] = [];
  for (const { input } of samples) maps.push(gradCam((await engine.infer([input]))[0]!));
  return maps;
}
