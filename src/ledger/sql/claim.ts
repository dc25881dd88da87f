/**
 * Takes an exam in one statement, so that of two workers one wins. The claim's number rises: whoever held an
 * earlier one is refused from then on, even if it wakes up after its lease has run out.
 *
 * With objects kept the work goes on with their delivery, and stays about what they were made from.
 */
export const CLAIM = /* sql */ `
  UPDATE exams
  SET state = CASE WHEN outcome IS NULL THEN 'claimed' ELSE 'delivering' END,
      claimed_fingerprint = CASE WHEN outcome IS NULL THEN fingerprint ELSE claimed_fingerprint END,
      claim_number = claim_number + 1,
      attempts = attempts + 1,
      worker = :worker,
      lease_until = :leaseUntil,
      retry_at = NULL,
      updated_at = :now
  WHERE id = :id
    AND (state = 'waiting'
      OR (state = 'failed' AND retry_at <= :now)
      OR (state IN ('claimed', 'delivering') AND lease_until <= :now))
  RETURNING id`;

/** The same worker asks again, having lost the answer: its claim stands, and only the lease moves. */
export const RECLAIM = /* sql */ `
  UPDATE exams SET lease_until = :leaseUntil
  WHERE id = :id AND state IN ('claimed', 'delivering') AND worker = :worker AND lease_until > :now
  RETURNING id`;

export const RENEW = /* sql */ `UPDATE exams SET lease_until = :leaseUntil WHERE id = :id`;

/** Back to where the claim found it. A try that was cut short on purpose does not count. */
export const RELEASE = /* sql */ `
  UPDATE exams
  SET state = CASE WHEN outcome IS NULL THEN 'waiting' ELSE 'failed' END,
      retry_at = CASE WHEN outcome IS NULL THEN NULL ELSE :now END,
      attempts = attempts - 1, worker = NULL, lease_until = NULL, updated_at = :now
  WHERE id = :id`;
