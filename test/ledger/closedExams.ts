import Libsql from 'libsql';
import type { ServedModel } from '../../src/ledger/index.js';

/** Puts exams into a ledger's file as if all of them had been answered long since. */
export function closeExams(
  file: string,
  { modelName: model, modelVersion: version, settingsDigest: digest }: ServedModel,
  studies: Iterable<{ uid: string; images: number }>,
): void {
  const direct = new Libsql(file);
  const insert = direct.prepare(`
    INSERT INTO exams (study_instance_uid, model_name, model_version, settings_digest, state, fingerprint,
      claimed_fingerprint, archive_instances, first_seen_at, last_seen_at, changed_at, updated_at, closed_at)
    VALUES (:uid, :model, :version, :digest, 'not-processed', 'x', 'x', :images, :now, :now, :now, :now, :now)`);
  direct.exec('BEGIN');
  for (const { uid, images } of studies) insert.run({ uid, images, model, version, digest, now: Date.now() });
  direct.exec('COMMIT');
  direct.close();
}
