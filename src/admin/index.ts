/** The administrator's view of a running service: status page, health and metrics. */
export { type AdminOptions, type AdminServer, startAdmin } from './server.js';
export type { ExamStatus, StatusSnapshot, StatusSource } from './serviceState.js';
