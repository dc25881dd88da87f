import { writeFileSync } from 'node:fs';
import { apiDocument } from './apiDocument.js';

// `npm run openapi`: writes docs/openapi.json again after the description has changed; run in the checkout.
writeFileSync('docs/openapi.json', `${JSON.stringify(apiDocument(), null, 2)}\n`);
