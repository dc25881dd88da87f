import { SaxesParser } from 'saxes';
import type { DicomJsonObject } from '../dicom/index.js';

const MAX_DEPTH = 64;

/**
 * A dataset of the Native DICOM Model (PS3.19 A.1), as some archives answer STOW-RS, in the form of the JSON model.
 * Person names and bulk data are passed over: nothing here needs them.
 *
 * @throws Error if the text is not well-formed, nested too deeply, or has another root element
 */
export function readNativeDicomModel(xml: string): DicomJsonObject {
  const root: DicomJsonObject = {};
  const datasets: DicomJsonObject[] = [root];
  const attributes: { vr: string; Value: unknown[] }[] = [];
  let depth = 0;
  let value: string | undefined;
  let found = false;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth > MAX_DEPTH) throw new Error('nested too deeply');
    const name = tag.name.replace(/^.*:/, '');
    if (depth === 1 && name !== 'NativeDicomModel') throw new Error('not a Native DICOM Model');
    found = true;
    if (name === 'DicomAttribute') {
      const attribute = { vr: String(tag.attributes.vr ?? ''), Value: [] };
      attributes.push(attribute);
      const number = String(tag.attributes.tag ?? '').toUpperCase();
      const dataset = datasets.at(-1);
      if (dataset !== undefined && /^[0-9A-F]{8}$/.test(number)) dataset[number] = attribute;
    } else if (name === 'Item') {
      const item: DicomJsonObject = {};
      attributes.at(-1)?.Value.push(item);
      datasets.push(item);
    } else if (name === 'Value') {
      value = '';
    }
  });
  parser.on('text', (text) => {
    if (value !== undefined) value += text;
  });
  parser.on('closetag', (tag) => {
    depth -= 1;
    const name = tag.name.replace(/^.*:/, '');
    if (name === 'DicomAttribute') attributes.pop();
    else if (name === 'Item') datasets.pop();
    else if (name === 'Value' && value !== undefined) {
      attributes.at(-1)?.Value.push(value);
      value = undefined;
    }
  });
  parser.write(xml).close();
  if (!found) throw new Error('empty');
  return root;
}
