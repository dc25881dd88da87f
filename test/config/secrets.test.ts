import { expect } from 'chai';
import { defaultSettings, type Settings, settingsByKey, settingsJsonSchema } from '../../src/config/index.js';
import { isSecret } from '../../src/config/secretKey.js';

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
  description?: string;
}

/** Where the schema takes a secret: it may come from a file of its own. */
function* secretsIn(node: SchemaNode, path: string[] = []): Generator<string[]> {
  const alternatives = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (alternatives.some(({ properties }) => properties?.file?.description?.includes('the secret')))
    yield path;
  for (const one of alternatives) yield* secretsIn(one, path);
  for (const [key, child] of Object.entries(node.properties ?? {})) yield* secretsIn(child, [...path, key]);
  const { additionalProperties: any } = node;
  if (typeof any === 'object') yield* secretsIn(any, [...path, 'Any-Name']);
}

describe('secrets in the settings', () => {
  const places = [...secretsIn(settingsJsonSchema() as SchemaNode)];

  it('are all known as such, so that none is shown', () => {
    expect(places.map((path) => path.join('.'))).to.include.members([
      'pacs.auth.password',
      'ledger.password',
      'notify.webhook.headers.Any-Name',
    ]);
    expect(places.filter((path) => !isSecret(path))).to.deep.equal([]);
  });

  it('are no values that may be shown, whatever their keys are called', () => {
    const settings = defaultSettings('https://pacs.example/dicom-web');
    const webhook = { url: 'https://hooks.example/T0/sesame', headers: { 'X-Api': 'open-sesame' } };
    const { values, secrets } = settingsByKey({
      ...settings,
      notify: { ...settings.notify, webhook },
    } as Settings);
    expect([...values.values()].join('\n')).not.to.contain('sesame');
    expect([...secrets.keys()]).to.include.members(['notify.webhook.url', 'notify.webhook.headers.X-Api']);
  });
});
