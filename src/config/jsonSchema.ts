import { z } from 'zod';
import type { KeyPath } from './problem.js';
import { settingsSchema } from './settingsSchema.js';

interface Node {
  type?: string;
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  [keyword: string]: unknown;
}

/** The settings as a JSON Schema (draft 7, which editors' YAML support reads): config/mamori.schema.json. */
export function settingsJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(settingsSchema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => allowVariable(jsonSchema as Node),
  });
  return { title: 'Mamori settings', ...schema };
}

/** A number or a switch may be written as `${NAME}` too: the loader reads the variable's value as one. */
function allowVariable(node: Node): void {
  if ((node.type !== 'integer' && node.type !== 'number' && node.type !== 'boolean') || 'const' in node)
    return;
  const { default: usual, description, ...plain } = node;
  for (const key of Object.keys(plain)) delete node[key];
  node.anyOf = [plain, { type: 'string', pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$' }];
}

/** Every key that may stand at a path, whichever of several forms is meant. */
export function keysAt(path: KeyPath): string[] {
  let nodes = forms(root());
  for (const part of path) {
    nodes = nodes
      .map((node) => (typeof part === 'number' ? node.items : node.properties?.[part]))
      .filter((node) => node !== undefined)
      .flatMap(forms);
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** Where a key of exactly this name belongs, as `poll.settleSeconds`; undefined when no or several places know it. */
export function keyAlternatives(key: string): string | undefined {
  const found: string[] = [];
  const visit = (node: Node, name: string): void => {
    for (const form of forms(node)) {
      for (const [property, child] of Object.entries(form.properties ?? {})) {
        const childName = name === '' ? property : `${name}.${property}`;
        if (property === key) found.push(childName);
        visit(child, childName);
      }
    }
  };
  visit(root(), '');
  const places = [...new Set(found)];
  return places.length === 1 ? places[0] : undefined;
}

let made: Node | undefined;

function root(): Node {
  made ??= settingsJsonSchema() as Node;
  return made;
}

function forms(node: Node): Node[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return inner.length === 0 ? [node] : inner.flatMap(forms);
}
