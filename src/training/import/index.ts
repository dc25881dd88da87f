/**
 * A network from elsewhere becomes a bundle. It stands here and not in `model/`, because it writes graphs, reads
 * labelled images and calibrates, as a training does at its end; the service loads none of it.
 *
 * The way of a file: `networkFile` reads it and refuses what cannot become a bundle; `openQuestions` finds out what it
 * cannot say, so that somebody can be asked. `preparationFile` reads steps that were said in a file. `inputPlan` and
 * `outputMeaning` join what the file shows with what its maker says: layout, channels, scaling, what the numbers of the
 * answer are. `adaptedNetwork` puts the given graph, untouched, between a bundle's input (views × rows × columns ×
 * channels) and its outputs. `layerSearch` finds the last layer with rows and columns that every way to the answer goes
 * through, and `backward/` writes the gradient of the score with respect to it as nodes; where the head holds what it
 * does not know, the maps are made by occlusion, and all that names the method says so. `verification` holds the result
 * against the network as it came, and the gradients against finite differences. `calibrationSet` fits calibration and
 * operating point on half the patients of a labelled folder, measures on the other half, and learns from both which
 * images are unlike any that it knows. `importModel` is the story.
 */
export { ImportError, type ImportErrorCode } from './errors.js';
export { type ImportEvents, type Imported, type ImportOptions, importModel } from './importModel.js';
export { type OpenQuestion, type OpenQuestions, readOpenQuestions } from './openQuestions.js';
export type { OutputMeaning } from './outputMeaning.js';
export { readFurtherSteps } from './preparationFile.js';
