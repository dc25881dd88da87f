import { GivenNetwork } from './givenNetwork.js';
import { type Layout, layoutShown, shapeText, sizesIn } from './inputPlan.js';
import { readModel } from './networkFile.js';
import { meaningShown } from './outputMeaning.js';

/** What a file may leave open, by the option that says it. */
export type OpenQuestion =
  | 'output'
  | 'layout'
  | 'channels'
  | 'rows'
  | 'columns'
  | 'meaning'
  | 'positiveIndex';

/** What was said already, and decides what else is open. */
export interface Said {
  output?: string | undefined;
  layout?: Layout | undefined;
}

/** What a file leaves open, in the order in which it is best asked: an answer may open or close what follows. */
export interface OpenQuestions {
  open: OpenQuestion[];
  /** Names of the outputs. */
  outputs: string[];
  /** Of the input, with `?` for what is free. */
  shape: string;
}

/**
 * Reads what an ONNX file cannot say of itself, so that it can be asked.
 *
 * @throws ImportError as `readNetworkFile` does, but for an output that was not named
 */
export async function readOpenQuestions(path: string): Promise<(said: Said) => OpenQuestions> {
  const { model } = await readModel(path);
  const { output: outputs } = model.graph;
  const names = outputs.map(({ name }) => name);
  return (said) => {
    const open: OpenQuestion[] = [];
    const output = said.output ?? (names.length === 1 ? names[0]! : undefined);
    if (output === undefined) open.push('output');
    const network = new GivenNetwork(model, output ?? names[0]!);
    const layout = said.layout ?? layoutShown(network.inputShape);
    if (layout === undefined) open.push('layout');
    else {
      const sizes = sizesIn(layout, network.inputShape);
      for (const size of ['channels', 'rows', 'columns'] as const)
        if (sizes[size] === undefined) open.push(size);
    }
    if (output !== undefined) {
      const { meaning } = meaningShown(network);
      if (meaning === undefined) open.push('meaning');
      const size = outputs.find(({ name }) => name === output)?.type?.tensorType?.shape?.dim.at(-1);
      const two = size !== undefined && 'dimValue' in size && Number(size.dimValue) === 2;
      if (meaning === 'softmax' || two) open.push('positiveIndex');
    }
    return { open, outputs: names, shape: shapeText(network.inputShape) };
  };
}
