/**
 * The service as JSON, for programs: what the pages show, and the orders that their buttons give.
 *
 * `schemas.ts` says what each answer holds, once: types follow from it, and so does the description (`apiDocument.ts`,
 * OpenAPI 3.1), which is served beside the answers. `apiAnswers.ts` makes them of the service's state. `readRoutes.ts`
 * takes questions, `orderRoutes.ts` takes orders; what goes wrong is told as `problems.ts` says (RFC 9457).
 */
export { apiDocument } from './apiDocument.js';
export { orderRoutes } from './orderRoutes.js';
export { readRoutes } from './readRoutes.js';
