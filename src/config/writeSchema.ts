import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationFolder } from './installation.js';
import { settingsJsonSchema } from './jsonSchema.js';

// `npm run schema`: writes config/mamori.schema.json again after the schema in code has changed.
const file = join(installationFolder(), 'config', 'mamori.schema.json');
writeFileSync(file, `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);
